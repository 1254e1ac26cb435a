/**
 * One row of the table of runs.
 */

import type { ListedRun } from '../../messages';
import { colourCell, nameCell, setText } from '../run_cells';
import type { Column } from './columns';

export class RunRow {
  readonly element = document.createElement('tr');
  readonly box = document.createElement('input');
  private _cells: HTMLTableCellElement[] = [];
  private _columns: readonly Column[] = [];
  private _run: ListedRun | undefined;

  /** @param toggled called with its run when it is selected, or no longer. */
  constructor(toggled: (run: ListedRun, selected: boolean) => void) {
    this.box.type = 'checkbox';
    this.box.addEventListener('change', () => {
      if (this._run) {
        toggled(this._run, this.box.checked);
      } else {
        this.box.checked = false; // Nobody knows yet which run that would be.
      }
    });
    this.element.addEventListener('click', event => {
      if (event.target !== this.box && !getSelection()?.toString()) {
        this.box.click();
      }
    });
  }

  get run(): ListedRun | undefined {
    return this._run;
  }

  /**
   * @param run undefined while it is on its way: the row is as large, and empty.
   * @param index of the row, from 0.
   */
  show(
    run: ListedRun | undefined,
    index: number,
    columns: readonly Column[],
    selected: boolean
  ): void {
    this._run = run;
    this.element.setAttribute('aria-rowindex', String(index + 2)); // The head is the first one.
    this.element.classList.toggle('lossviz-runs-coming', !run);
    if (columns !== this._columns) {
      this._make(columns);
    }
    this.box.checked = selected;
    this.element.classList.toggle('lossviz-runs-selected', selected);
    this.box.setAttribute('aria-label', run ? `Select ${run.name}` : 'On its way');
    columns.forEach((column, i) => {
      const [value, detail] = this._cells[i]?.children ?? [];
      const [text, more = ''] = run ? column.cell(run) : [''];
      if (value instanceof HTMLElement && detail instanceof HTMLElement) {
        setText(value, text);
        setText(detail, more);
        const title = [text, more].filter(Boolean).join(', ');
        const cell = this._cells[i];
        if (cell && cell.title !== title) {
          cell.title = title; // What is cut off can be read.
        }
      }
    });
    const [name] = this._cells;
    if (run && name) {
      colourCell(name, run.colour);
      this.element.dataset['status'] = run.status;
      this.element.classList.toggle('lossviz-runs-shown', run.shown);
    }
  }

  private _make(columns: readonly Column[]): void {
    this._columns = columns;
    const first = document.createElement('td');
    first.className = 'lossviz-runs-select';
    first.append(this.box);
    this._cells = columns.map(({ id, numeric }) => {
      const cell = id === 'name' ? nameCell() : document.createElement('td');
      cell.dataset['column'] = id;
      cell.classList.toggle('lossviz-runs-number', numeric === true);
      const [value, detail] = [document.createElement('span'), document.createElement('span')];
      detail.className = 'lossviz-runs-detail';
      cell.append(value, detail);
      return cell;
    });
    this.element.replaceChildren(first, ...this._cells);
  }
}
