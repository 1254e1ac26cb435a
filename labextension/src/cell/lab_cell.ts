/**
 * Binds a lab to the notebook cell that holds its program.
 */

import type { ISharedCell, ISharedCodeCell } from '@jupyter/ydoc';
import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { Translation } from '../i18n/translation';
import type { ProgramState, SavedLoss } from '../lab_traits';
import type { ProgramCell, ProgramCellListener } from '../page';
import type { ProgramEditor } from '../widget/program_sync';
import { removeBadge, showBadge } from './badge';
import { CellEditor, asUndoStep } from './cell_editor';
import { findProgram } from './find';
import { METADATA, cellHint, joined, keptLosses, labCellOf } from './hint';

export class LabCell implements ProgramCell {
  private _code: Partial<ProgramState> = {};
  private _id = '';
  private _editor: CellEditor | undefined;
  private _disposed = false;
  private readonly _document;

  /**
   * @param _panel the notebook.
   * @param _host the lab's element, in the output of one of its cells.
   * @param _lab the lab's id.
   * @param _listener is notified of changes of the cell.
   * @param _trans translates the badge.
   * @param _dialogs asks for a kernel if there is none.
   */
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _host: HTMLElement,
    private readonly _lab: string,
    private readonly _listener: ProgramCellListener,
    private readonly _trans: Translation,
    private readonly _dialogs?: ISessionContextDialogs
  ) {
    const model = _panel.content.model;
    if (!model) {
      throw new Error('The notebook has not been loaded yet.');
    }
    this._document = model.sharedModel;
    model.cells.changed.connect(this._update, this);
    _panel.disposed.connect(this.dispose, this);
    this._update();
  }

  get editor(): ProgramEditor | undefined {
    return this._editor;
  }

  get missing(): boolean {
    return this._editor === undefined && (this._id || (this._code.cell ?? '')) !== '';
  }

  get label(): string {
    const cell = this._editor?.model;
    return cell ? `[${String(cell.execution_count ?? ' ')}]` : '';
  }

  show(code: Partial<ProgramState>): void {
    this._code = code;
    this._update();
    const cell = this._widget();
    if (cell) {
      showBadge(cell, code, this._trans);
    }
    this._writeOrigin();
    this._saveLosses(code.kept ?? []);
  }

  write(text: string): void {
    if (this._editor) {
      return;
    }
    const labCell = this._labCell();
    if (labCell < 0) {
      return;
    }
    asUndoStep(this._document, () => {
      const cell = this._document.insertCell(labCell + 1, { cell_type: 'code', source: text });
      this._bind(cell as ISharedCodeCell);
    });
  }

  reveal(): void {
    const index = this._index();
    if (index >= 0) {
      this._panel.content.activeCellIndex = index;
      void this._panel.content.scrollToItem(index, 'smart');
    }
  }

  async run(): Promise<boolean> {
    const cell = this._widget();
    if (!cell) {
      return false;
    }
    const focused = document.activeElement;
    const done = NotebookActions.runCells(
      this._panel.content,
      [cell],
      this._panel.sessionContext,
      this._dialogs
    );
    // Running a cell moves the focus to the notebook; return it to whoever pressed Train in the lab.
    const restoreFocus = (): void => {
      if (focused instanceof HTMLElement && this._host.contains(focused)) {
        focused.focus({ preventScroll: true });
      }
    };
    window.setTimeout(restoreFocus, 0);
    window.setTimeout(restoreFocus, 50);
    return await done;
  }

  kept(): SavedLoss[] {
    return keptLosses(this._document.getMetadata(METADATA));
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    this._panel.content.model?.cells.changed.disconnect(this._update, this);
    this._panel.disposed.disconnect(this.dispose, this);
    this._unbind();
  }

  /** Find the cell again, after every change of the notebook's cells. */
  private _update(): void {
    if (this._disposed || this._panel.isDisposed) {
      return;
    }
    const cells = this._document.cells;
    const labCell = cells[this._labCell()];
    if (!labCell) {
      return;
    }
    const index = findProgram(cells.map(summary), {
      lab: this._lab,
      start: this._code.start ?? '',
      cell: this._id || (this._code.cell ?? ''),
      labCell: labCell.getId()
    });
    const cell = cells[index] as ISharedCodeCell | undefined;
    if (cell !== this._editor?.model) {
      this._unbind();
      if (cell) {
        this._bind(cell);
      } else {
        this._listener.found();
      }
    }
  }

  private _bind(cell: ISharedCodeCell): void {
    this._id = cell.getId();
    const hint = cellHint(cell.getMetadata(METADATA), this._id);
    const shared = this._panel.content.model?.collaborative ?? false;
    this._editor = new CellEditor(cell, shared, hint?.made_from ?? '', {
      typed: () => {
        this._listener.typed();
      },
      ran: () => {
        this._listener.found();
      }
    });
    const widget = this._widget();
    if (widget) {
      showBadge(widget, this._code, this._trans);
    }
    this._writeHint(cell);
    this._listener.found();
  }

  private _unbind(): void {
    removeBadge(this._widget());
    this._editor?.dispose();
    this._editor = undefined;
  }

  /** Write the hint into the cell's metadata, unless it is there. */
  private _writeHint(cell: ISharedCell): void {
    const cells = this._document.cells;
    const known = cellHint(cell.getMetadata(METADATA), cell.getId());
    const labCell = cells[this._labCell()]?.getId() ?? '';
    const hint = {
      lab: this._lab,
      cell: cell.getId(),
      of: labCellOf(
        known,
        this._lab,
        cells.map(sharedCell => sharedCell.getId()),
        labCell
      ),
      start: this._code.start ?? '',
      made_from: this._code.made_from ?? this._editor?.madeFrom ?? ''
    };
    if (!known || JSON.stringify(known) !== JSON.stringify(hint)) {
      cell.setMetadata(METADATA, hint);
    }
  }

  private _writeOrigin(): void {
    const cell = this._editor?.model;
    // Until the kernel has read the cell, it cannot know the origin of its loss.
    if (cell && this._code.cell === cell.getId()) {
      this._writeHint(cell);
    }
  }

  private _saveLosses(kept: readonly SavedLoss[]): void {
    const known = this.kept();
    const all = joined(known, kept);
    if (all.length > known.length) {
      const other = this._document.getMetadata(METADATA);
      const plain = typeof other === 'object' && !Array.isArray(other) ? other : {};
      this._document.setMetadata(METADATA, { ...plain, losses: all.map(one => ({ ...one })) });
    }
  }

  private _labCell(): number {
    return this._panel.content.widgets.findIndex(cell => cell.node.contains(this._host));
  }

  private _index(): number {
    return this._document.cells.findIndex(cell => cell.getId() === this._id);
  }

  private _widget(): Cell | undefined {
    return this._panel.content.widgets.find(cell => cell.model.id === this._id);
  }
}

function summary(cell: ISharedCell): { id: string; code: boolean; hint: unknown } {
  return {
    id: cell.getId(),
    code: cell.cell_type === 'code',
    hint: cell.getMetadata(METADATA)
  };
}
