/**
 * A notebook cell as the editor of a program.
 */

import type { CellChange, ISharedCodeCell } from '@jupyter/ydoc';
import type { TextEdit } from '../lab_traits';
import { fromTheEnd } from '../text_edits';
import type { ProgramEditor } from '../widget/program_sync';

/** The part of a cell's undo history that is used; not part of its interface. */
interface WithUndo {
  undoManager?: { stopCapturing(): void } | null;
}

export class CellEditor implements ProgramEditor {
  /**
   * @param model the cell.
   * @param shared whether other people's pages show the same document.
   * @param madeFrom the loss from which its custom loss was made, if the notebook says so.
   * @param _heard `typed` is called at each change of the text, `ran` when the cell's number changes.
   */
  constructor(
    readonly model: ISharedCodeCell,
    readonly shared: boolean,
    readonly madeFrom: string,
    private readonly _heard: { typed: () => void; ran: () => void }
  ) {
    model.changed.connect(this._hear, this);
  }

  get cell(): string {
    return this.model.getId();
  }

  read(): string {
    return this.model.getSource();
  }

  edit(edits: readonly TextEdit[]): void {
    const history = (this.model as WithUndo).undoManager;
    // What was typed just before is a step of its own, and so is what is typed next.
    history?.stopCapturing();
    this.model.transact(() => {
      for (const { start, end, text } of fromTheEnd(edits)) {
        this.model.updateSource(start, end, text);
      }
    });
    history?.stopCapturing();
  }

  dispose(): void {
    this.model.changed.disconnect(this._hear, this);
  }

  private _hear(_cell: ISharedCodeCell, change: CellChange): void {
    if (change.sourceChange) {
      this._heard.typed();
    }
    if (change.executionCountChange) {
      this._heard.ran();
    }
  }
}
