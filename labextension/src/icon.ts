/**
 * The icon of lossviz: a loss that falls.
 */

import { LabIcon } from '@jupyterlab/ui-components';

// Kept as text beside its use: a bundler rule for one file would be more to keep.
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <g fill="none">
    <g class="jp-icon3" stroke="#616161" stroke-width="2" stroke-linecap="round">
      <path d="M4 3v17h17"/><path d="M7.500 4.500c1.500 8 4 11 13 12"/>
    </g>
  </g>
</svg>`;

export const lossIcon = new LabIcon({ name: 'lossviz:loss', svgstr: svg });
