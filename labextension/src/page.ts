/**
 * What the extension offers to every lab of a page, and how a lab finds it.
 *
 * A lab is an anywidget module and knows nothing of JupyterLab. Where the extension runs, it leaves
 * these services under a well-known symbol; elsewhere they are missing and the lab helps itself.
 */

import type { PlotlyModule } from './chart/plotly_types';
import type { Code, SavedLoss } from './lab_traits';
import { VERSION } from './version';
import type { ProgramEditor } from './widget/program_sync';

export interface PageServices {
  /** The versions of these services that the extension offers. */
  readonly serves?: readonly number[];
  /** Of the extension's package. */
  readonly version?: string;
  /** A bundle of Plotly, loaded once for the page; without a name the one for flat axes. */
  plotly(name?: string): Promise<PlotlyModule>;
  /** The bundles that there are. An extension of before they had names does not say. */
  readonly bundles?: readonly string[];
  /** Bind a lab to its cell in the notebook that holds `host`; undefined where that is in none. */
  bindCell(
    host: HTMLElement,
    labId: string,
    listener: ProgramCellListener
  ): ProgramCell | undefined;
  /** Let the page's own typesetter render the LaTeX between \( and \) in `element`. */
  typeset(element: HTMLElement): void;
}

/** What a lab hears of its cell. */
export interface ProgramCellListener {
  /** The text has changed, whoever changed it. */
  typed(): void;
  /** The cell was found, has gone, or has another number. */
  found(): void;
}

/** The notebook cell that holds a lab's program, where there is one. */
export interface ProgramCell {
  /** The cell; undefined while there is none. */
  readonly editor: ProgramEditor | undefined;
  /** Whether there was a cell, which is not in the notebook any more. */
  readonly missing: boolean;
  /** Such as "[12]", as the notebook shows it. */
  readonly label: string;
  /** Show how lab and cell stand to each other. */
  show(code: Partial<Code>): void;
  /** Write the cell below the lab's own, unless it is there. */
  write(text: string): void;
  /** Bring the cell into view and make it the active one. */
  reveal(): void;
  /** Run the cell as a press of Shift+Enter does; false where it was not run to its end. */
  run(): Promise<boolean>;
  /** The losses of a person's own that the notebook keeps. */
  kept(): SavedLoss[];
  dispose(): void;
}

const KEY = Symbol.for('lossviz.page');

type Holder = Record<symbol, PageServices | undefined>;

/** Versions of these services that a lab of this version can use; 1 does not say which it is. */
const USED: readonly number[] = [1, 2];

function published(): PageServices | undefined {
  return (globalThis as unknown as Holder)[KEY];
}

function served(services: PageServices): readonly number[] {
  return services.serves ?? [1];
}

/** The services of this page; undefined where the extension is missing, or of a version too far. */
export function pageServices(): PageServices | undefined {
  const services = published();
  return services && served(services).some(one => USED.includes(one)) ? services : undefined;
}

/** Which side to update, and how, where extension and kernel do not fit; "" where they do. */
export function versionTrouble(): string {
  const services = published();
  if (!services || pageServices()) {
    return '';
  }
  const older = Math.max(...served(services)) < Math.min(...USED);
  const where = older ? "JupyterLab's environment" : "the kernel's environment";
  const next = older ? 'reload the page' : 'restart the kernel';
  return (
    `JupyterLab has lossviz ${services.version ?? '0.1.0'} and this kernel ${VERSION}, which do ` +
    'not work together: the program stands in the lab instead of a cell. Update lossviz in ' +
    `${where} (pip install --upgrade lossviz), then ${next}.`
  );
}

/** Offer these services to every lab of this page. */
export function publishPageServices(services: Omit<PageServices, 'serves' | 'version'>): void {
  (globalThis as unknown as Holder)[KEY] = { ...services, serves: [1, 2], version: VERSION };
}
