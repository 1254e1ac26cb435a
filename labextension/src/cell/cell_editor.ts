/**
 * A notebook cell as the editor of a program.
 */

import type { CellChange, ISharedCodeCell } from '@jupyter/ydoc';
import type { TextEdit } from '../lab_traits';
import { fromTheEnd } from '../text_edits';
import type { ProgramEditor } from '../widget/program_sync';

/** The undo history of a cell or notebook; not part of their public interface. */
interface WithUndo {
  undoManager?: { stopCapturing(): void } | null;
}

/** Make a change an undo step of its own: Yjs merges changes within half a second. */
export function asUndoStep(document: object, change: () => void): void {
  const history = (document as WithUndo).undoManager;
  history?.stopCapturing();
  change();
  history?.stopCapturing();
}

export class CellEditor implements ProgramEditor {
  /**
   * @param model the cell.
   * @param shared whether other people's pages show the same document.
   * @param madeFrom the loss that its custom loss was derived from, if the notebook says so.
   * @param _on `typed` is called when the text changes, `ran` when the execution count does.
   */
  constructor(
    readonly model: ISharedCodeCell,
    readonly shared: boolean,
    readonly madeFrom: string,
    private readonly _on: { typed: () => void; ran: () => void }
  ) {
    model.changed.connect(this._handle, this);
  }

  get cell(): string {
    return this.model.getId();
  }

  read(): string {
    return this.model.getSource();
  }

  edit(edits: readonly TextEdit[]): void {
    asUndoStep(this.model, () => {
      this.model.transact(() => {
        for (const { start, end, text } of fromTheEnd(edits)) {
          this.model.updateSource(start, end, text);
        }
      });
    });
  }

  dispose(): void {
    this.model.changed.disconnect(this._handle, this);
  }

  private _handle(_cell: ISharedCodeCell, change: CellChange): void {
    if (change.sourceChange) {
      this._on.typed();
    }
    if (change.executionCountChange) {
      this._on.ran();
    }
  }
}
