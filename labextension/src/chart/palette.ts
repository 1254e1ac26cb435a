/**
 * The colours of runs: Okabe and Ito's palette, told apart by colour-blind people, in both themes,
 * and, by their different lightness, in grey print.
 * Source: M. Okabe, K. Ito, Color Universal Design (2008).
 */

const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];

/** The colour of the run with this index; runs beyond the palette's end begin it again. */
export function runColour(index: number): string {
  return COLOURS[index % COLOURS.length] as string;
}
