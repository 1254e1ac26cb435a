/**
 * Runs side by side: the settings in which they differ, and their metrics.
 */

import { button } from '../../controls/button';
import { formatNumber } from '../../format';
import { trans } from '../../i18n/translation';
import type { RunComparison } from '../../messages';
import { colourCell, headCell } from '../run_cells';
import { metricTitle } from './columns';

export class ComparisonTable {
  readonly element = document.createElement('section');
  private _content = document.createElement('div');
  private _warning = document.createElement('p');

  /** @param onClose called when the comparison is closed. */
  constructor(onClose: () => void) {
    this.element.className = 'lossviz-runs-comparison';
    this.element.hidden = true;
    this.element.tabIndex = -1;
    this.element.setAttribute('aria-label', trans.__('Comparison of runs'));
    const title = document.createElement('h3');
    title.textContent = trans.__('Comparison');
    const close = button(trans.__('Close'), trans.__('Close the comparison'), () => {
      this.element.hidden = true;
      onClose();
    });
    close.classList.add('lossviz-small');
    const head = document.createElement('div');
    head.className = 'lossviz-runs-line';
    head.append(title, close);
    this._warning.className = 'lossviz-runs-message';
    this._warning.dataset['kind'] = 'warning';
    this._content.className = 'lossviz-table';
    // A region that scrolls must be reachable with the keyboard.
    this._content.tabIndex = 0;
    this._content.setAttribute('role', 'group');
    this._content.setAttribute('aria-label', trans.__('Comparison table'));
    this.element.append(head, this._warning, this._content);
  }

  show({ runs, settings, metrics, warning }: RunComparison): void {
    this._warning.textContent = warning;
    const table = document.createElement('table');
    table.createTHead().append(
      row(
        headCell(trans.__('Setting')),
        ...runs.map(run => {
          const cell = headCell(run.name);
          colourCell(cell, run.colour);
          return cell;
        })
      )
    );
    const body = table.createTBody();
    body.append(...settings.map(({ name, values }) => valueRow(name, values)));
    if (!settings.length) {
      const cell = document.createElement('td');
      cell.colSpan = runs.length + 1;
      cell.textContent = trans.__('These runs have identical settings.');
      body.append(row(cell));
    }
    if (metrics.length) {
      const heading = headCell(trans.__('Metrics: best epoch (last epoch)'));
      heading.colSpan = runs.length + 1;
      heading.scope = 'colgroup';
      const part = table.createTBody();
      part.append(row(heading));
      for (const { name, best, last } of metrics) {
        const texts = best.map((value, i) => {
          const final = last[i] ?? null;
          return `${formatNumber(value)}${final === null ? '' : ` (${formatNumber(final)})`}`;
        });
        part.append(valueRow(metricTitle(name), texts));
      }
    }
    this._content.replaceChildren(table);
    this.element.hidden = false;
    this.element.focus();
  }
}

function valueRow(name: string, values: readonly string[]): HTMLTableRowElement {
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = name;
  return row(
    head,
    ...values.map(value => {
      const cell = document.createElement('td');
      cell.textContent = value;
      return cell;
    })
  );
}

function row(...cells: HTMLElement[]): HTMLTableRowElement {
  const element = document.createElement('tr');
  element.append(...cells);
  return element;
}
