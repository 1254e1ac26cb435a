/**
 * The traits of a lab that its pages show, typed; always the whole of what holds now.
 *
 * Written by `make protocol` from lossviz/wire/lab_traits.py; change that.
 */

/** One line of a drop-down. */
export interface Choice {
  value: string;
  label: string;
  /** The heading under which it is grouped; "" for none. */
  group: string;
}

/** A button next to a field, and its command. */
export interface Action {
  command: string;
  label: string;
}

/** A small picture of a loss: its value against a prediction, from the loss itself. */
export interface LossShape {
  /** Ascending, at most 64. */
  predictions: number[];
  /** The loss of each; null where it is no finite number. */
  values: (number | null)[];
  /** What the picture shows, in words. */
  text: string;
}

/** One field of the form, as the kernel wants it shown. */
export interface Field {
  name: string;
  /** Its visible and its accessible name, such as "Learning rate". */
  label: string;
  kind: 'choice' | 'text' | 'check';
  /** What was typed or chosen; of a check box "True" or "False". */
  value: string;
  choices: Choice[];
  /** Fields of one group are shown together, in the order of the list. */
  group: 'task' | 'loss' | 'optimizer' | 'training' | 'advanced';
  /** A parameter of the field above it, such as a loss's label smoothing. */
  indent: boolean;
  /** Whether it says something else than its default. */
  changed: boolean;
  /** One plain sentence; also the field's description for a screen reader. */
  help: string;
  /** LaTeX under a drop-down, or "". */
  formula: string;
  /** A picture beside the formula, once it has been computed. */
  shape: LossShape | null;
  /** When to use what is chosen, or "". */
  advice: string;
  /** What is accepted, where the value is bad; else "". */
  error: string;
  /** Such as "Applies to the next run."; else "". */
  note: string;
  /** Why what is chosen may not do what is wanted; else "". */
  warning: string;
  actions: Action[];
}

/** The line below a lab's buttons, with role status, and TensorFlow's own line. */
export interface StatusLine {
  text: string;
  kind: 'info' | 'warning' | 'error';
  /** A traceback or longer explanation behind a disclosure; "" for none. */
  details: string;
  /** Such as "TensorFlow is loading..."; "" when it is ready. */
  tensorflow: string;
  /** Actions that the notice offers. */
  actions: Action[];
  /** Whether a program is on its way to start a run, and none trains. */
  preparing: boolean;
}

/** The trait `form` of the lab: the fields and which commands make sense now. */
export interface Form {
  fields: Field[];
  /** Commands that can be given now; Train always explains itself instead of vanishing. */
  commands: string[];
  /**
   * By page, the number of the last edit that is in these fields. Until its own last edit is, a
   * page keeps what was typed there: a late answer must not overwrite it.
   */
  edits: Record<string, number>;
}

/** A custom loss function that was replaced by another. */
export interface SavedLoss {
  title: string;
  /** The name of the loss from which it was made. */
  loss: string;
  /** The function's source. It is never run from here: choosing it writes it into the program. */
  text: string;
}

/** Replace `start` to `end` by `text`, counted in UTF-16 units as JavaScript does. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** The trait `program` of the lab: the program's text. A page never runs it by itself. */
export interface ProgramState {
  /** The lab's display name, such as "Loss lab 1". */
  lab: string;
  /** A mark of the settings that the lab was made with; a cell of the same ones is taken over. */
  start: string;
  /** 0 until the text is written for the first time. */
  revision: number;
  text: string;
  /** From the text of the revision before to this one; of one text, none overlaps another. */
  edits: TextEdit[];
  state: 'in_step' | 'edited' | 'unreadable';
  /** What is edited, such as "custom loss based on dice", or why the text cannot be read. */
  message: string;
  /** The id of the notebook cell that holds the text; "" where there is none. */
  cell: string;
  /** The name of the loss from which a custom one was made; else "". */
  made_from: string;
  /** The page on which the latest change was made. */
  by: string;
  /** By page, the number of its last source that is in this text. */
  handled: Record<string, number>;
  kept: SavedLoss[];
}
