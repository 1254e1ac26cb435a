/**
 * One row of the runs table.
 */

import { trans } from '../../i18n/translation';
import { setText } from '../../controls/set_text';
import type { ListedRun } from '../../messages';
import { colourCell, nameCell } from '../run_cells';
import type { Column } from './columns';

export class RunRow {
  readonly element = document.createElement('tr');
  readonly box = document.createElement('input');
  private _cells: HTMLTableCellElement[] = [];
  private _columns: readonly Column[] = [];
  private _run: ListedRun | undefined;

  /** @param onToggle called with the row's run when it is selected or deselected. */
  constructor(onToggle: (run: ListedRun, selected: boolean) => void) {
    this.box.type = 'checkbox';
    this.box.addEventListener('change', () => {
      if (this._run) {
        onToggle(this._run, this.box.checked);
      } else {
        this.box.checked = false; // Which run this will be is not known yet.
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
   * @param run undefined while it loads: the row has its height, and is empty.
   * @param index of the row, from 0.
   */
  show(
    run: ListedRun | undefined,
    index: number,
    columns: readonly Column[],
    selected: boolean
  ): void {
    this._run = run;
    this.element.setAttribute('aria-rowindex', String(index + 2)); // The header is row 1.
    this.element.classList.toggle('lossviz-runs-loading', !run);
    if (columns !== this._columns) {
      this._makeCells(columns);
    }
    this.box.checked = selected;
    this.element.classList.toggle('lossviz-runs-selected', selected);
    this.box.setAttribute(
      'aria-label',
      run ? trans.__('Select %1', run.name) : trans.__('Loading')
    );
    columns.forEach((column, i) => {
      const cell = this._cells[i];
      const [value, detail] = cell?.children ?? [];
      const [text, more = '', tooltip = ''] = run ? column.cell(run) : [''];
      if (cell && value instanceof HTMLElement && detail instanceof HTMLElement) {
        setText(value, text);
        setText(detail, more);
        const title = tooltip || [text, more].filter(Boolean).join(', ');
        if (cell.title !== title) {
          cell.title = title; // Text that does not fit can still be read.
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

  private _makeCells(columns: readonly Column[]): void {
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
