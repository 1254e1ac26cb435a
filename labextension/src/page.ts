/**
 * The services that the extension provides to every lab of a page, and how a lab finds them.
 *
 * A lab is an anywidget module and knows nothing about JupyterLab. The extension publishes these services
 * under a well-known symbol; on pages without the extension, the lab does without.
 */

import type { PlotlyModule } from './chart/plotly_types';
import { trans, type Translation } from './i18n/translation';
import type { ProgramState, SavedLoss } from './lab_traits';
import { VERSION } from './version';
import type { ProgramEditor } from './widget/program_sync';

export interface PageServices {
  /** The versions of these services that the extension supports. */
  readonly serves?: readonly number[];
  /** The version of the extension's package. */
  readonly version?: string;
  /** A bundle of Plotly, loaded once per page; the default is the one for 2-D charts. */
  plotly(name?: string): Promise<PlotlyModule>;
  /** The names of the bundles; missing in old extensions, which have one. */
  readonly bundles?: readonly string[];
  /** Bind a lab to its cell in the notebook that contains `host`, if there is one. */
  bindCell(
    host: HTMLElement,
    labId: string,
    listener: ProgramCellListener
  ): ProgramCell | undefined;
  /** Let the page's typesetter render the LaTeX between \( and \) in `element`. */
  typeset(element: HTMLElement): void;
  /** The widget's messages in the language of the page; missing in old extensions. */
  readonly translation?: Translation;
}

/** Is notified of changes of a lab's cell. */
export interface ProgramCellListener {
  /** The text has changed, by whomever. */
  typed(): void;
  /** The cell was found or deleted, or its execution count has changed. */
  found(): void;
}

/** The notebook cell that holds a lab's program. */
export interface ProgramCell {
  /** Edits the cell; undefined while there is none. */
  readonly editor: ProgramEditor | undefined;
  /** Whether the cell was deleted from the notebook. */
  readonly missing: boolean;
  /** Such as "[12]", as the notebook shows it. */
  readonly label: string;
  /** Show on the cell whether lab and cell are in sync. */
  show(code: Partial<ProgramState>): void;
  /** Insert the cell below the lab's own, unless it exists. */
  write(text: string): void;
  /** Scroll to the cell and make it the active one. */
  reveal(): void;
  /** Run the cell, as Shift+Enter does; false if it did not finish. */
  run(): Promise<boolean>;
  /** The custom losses saved in the notebook. */
  kept(): SavedLoss[];
  dispose(): void;
}

const KEY = Symbol.for('lossviz.page');

type Holder = Record<symbol, PageServices | undefined>;

/** The versions of these services that this lab can use; version 1 does not announce itself. */
const SUPPORTED: readonly number[] = [1, 2];

function published(): PageServices | undefined {
  return (globalThis as unknown as Holder)[KEY];
}

function served(services: PageServices): readonly number[] {
  return services.serves ?? [1];
}

/** The services of this page; undefined if the extension is missing or its version does not fit. */
export function pageServices(): PageServices | undefined {
  const services = published();
  return services && served(services).some(version => SUPPORTED.includes(version))
    ? services
    : undefined;
}

/** Which side to update, and how, if the versions of extension and kernel do not fit; or "". */
export function versionTrouble(): string {
  const services = published();
  if (!services || pageServices()) {
    return '';
  }
  const older = Math.max(...served(services)) < Math.min(...SUPPORTED);
  return older
    ? trans.__(
        'JupyterLab has lossviz %1 and this kernel has %2, which do not work together, so the ' +
          'program is shown in the lab rather than in a cell. Run "pip install --upgrade ' +
          'lossviz" in JupyterLab\'s environment, then reload the page.',
        services.version ?? '0.1.0',
        VERSION
      )
    : trans.__(
        'JupyterLab has lossviz %1 and this kernel has %2, which do not work together, so the ' +
          'program is shown in the lab rather than in a cell. Run "pip install --upgrade ' +
          'lossviz" in the kernel\'s environment, then restart the kernel.',
        services.version ?? '0.1.0',
        VERSION
      );
}

/** Provide these services to every lab of this page. */
export function publishPageServices(services: Omit<PageServices, 'serves' | 'version'>): void {
  (globalThis as unknown as Holder)[KEY] = { ...services, serves: [1, 2], version: VERSION };
}
