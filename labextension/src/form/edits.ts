/**
 * What is typed and chosen in a form, on its way to the kernel: nothing of it is ever lost.
 *
 * The kernel describes the fields again and again, and its answers come late. A field that was
 * edited here keeps its text until the kernel has seen the last edit of it, which is why edits are
 * numbered.
 */

import { batch, computed, signal } from '@preact/signals';
import type { Field } from '../lab_traits';

/** A burst of keys is one edit. */
const TYPING_MS = 150;

/** One field, as the kernel describes it and as it was edited since. */
export class EditedField {
  readonly field;
  readonly draft = signal<string | undefined>(undefined);
  /** The text to show. */
  readonly text;
  /** The number of the last edit of this field that was sent. */
  sent = 0;

  constructor(field: Field) {
    this.field = signal(field);
    this.text = computed(() => this.draft.value ?? this.field.value.value);
  }
}

export class Edits {
  /** The fields to show, in order. */
  readonly fields = signal<readonly EditedField[]>([]);
  private _pending = new Map<EditedField, number>();
  private _number = 0;

  /** @param _send tells the kernel that a field was changed; edits are numbered from 1. */
  constructor(private readonly _send: (number: number, field: string, value: string) => void) {}

  /**
   * The kernel describes the fields.
   *
   * @param handled the number of the last edit of this form that is in them.
   */
  take(fields: readonly Field[], handled: number): void {
    const known = new Map(this.fields.peek().map(one => [one.field.peek().name, one]));
    batch(() => {
      const shown = fields.map(field => {
        const found = known.get(field.name);
        // Another kind of control, such as a drop-down for a text, begins anew.
        const edited = found?.field.peek().kind === field.kind ? found : new EditedField(field);
        // A field that says the same is not drawn again.
        if (JSON.stringify(edited.field.peek()) !== JSON.stringify(field)) {
          edited.field.value = field;
        }
        if (!this._pending.has(edited) && edited.sent <= handled) {
          edited.draft.value = undefined;
        }
        return edited;
      });
      const before = this.fields.peek();
      if (shown.length !== before.length || shown.some((one, i) => one !== before[i])) {
        this.fields.value = shown;
      }
    });
  }

  /** Somebody types: it is sent when they pause. */
  type(edited: EditedField, text: string): void {
    edited.draft.value = text;
    window.clearTimeout(this._pending.get(edited));
    this._pending.set(
      edited,
      window.setTimeout(() => {
        this.flush();
      }, TYPING_MS)
    );
  }

  /** Somebody has chosen, or leaves a field: it is sent at once, with what was typed elsewhere. */
  enter(edited: EditedField, text: string): void {
    edited.draft.value = text;
    window.clearTimeout(this._pending.get(edited));
    this._pending.set(edited, 0);
    this.flush();
  }

  /** Send what was typed and not sent yet. */
  flush(): void {
    for (const [edited, timer] of this._pending) {
      window.clearTimeout(timer);
      edited.sent = ++this._number;
      this._send(edited.sent, edited.field.peek().name, edited.text.peek());
    }
    this._pending.clear();
  }
}
