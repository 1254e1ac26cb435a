/**
 * A notebook cell as the editor of a program.
 */

import type { CellChange, ISharedCodeCell } from '@jupyter/ydoc';
import type { TextEdit } from '../lab_traits';
import { fromTheEnd } from '../text_edits';
import type { ProgramEditor } from '../widget/program_sync';

/** The part of an undo history that is used; not part of the interface of cells and notebooks. */
interface WithUndo {
  undoManager?: { stopCapturing(): void } | null;
}

/** Make one change a step of its own: Yjs joins what follows within half a second. */
export function asOneStep(document: object, change: () => void): void {
  const history = (document as WithUndo).undoManager;
  history?.stopCapturing();
  change();
  history?.stopCapturing();
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
    asOneStep(this.model, () => {
      this.model.transact(() => {
        for (const { start, end, text } of fromTheEnd(edits)) {
          this.model.updateSource(start, end, text);
        }
      });
    });
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
