/**
 * What the bundle with CodeMirror offers.
 */

import type { TextEdit } from '../lab_traits';

export interface EditorOptions {
  text: string;
  /** Its accessible name. */
  label: string;
  readOnly: boolean;
  /** Called at each change that a person makes. */
  typed: () => void;
}

export interface CodeEditor {
  readonly element: HTMLElement;
  read(): string;
  /** Make these edits, as one step to undo; the cursor stays where it is in the text. */
  edit(edits: readonly TextEdit[]): void;
  select(start: number, end: number): void;
  focus(): void;
  dispose(): void;
}

/** A piece of a line, and the class of its colour; "" for plain text. */
export interface CodeSpan {
  text: string;
  kind: string;
}

export interface EditorModule {
  editor(options: EditorOptions): CodeEditor;
  /** The lines of a text in Python's colours. */
  highlight(text: string): CodeSpan[][];
}
