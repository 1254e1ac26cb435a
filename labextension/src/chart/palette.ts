/**
 * The colours of runs. The first three are Okabe and Ito's (2008), the others were searched for: as
 * far from each other as can be for people with and without colour blindness, and at least 3:1
 * against the page. A light and a dark page need two sets; one index has one meaning in both.
 */

const ON_LIGHT = [
  '#0072b2',
  '#d55e00',
  '#00825c',
  '#d05bfb',
  '#57193a',
  '#242e6b',
  '#3a3708',
  '#199eb3',
  '#922a2a',
  '#0606f4'
];

const ON_DARK = [
  '#56b4e9',
  '#e69f00',
  '#2bb58a',
  '#b11ff9',
  '#cf59a8',
  '#7a7252',
  '#fcf697',
  '#c3fafd',
  '#b35719',
  '#8265d2'
];

/** So many runs have a colour of their own. */
export const COLOURS = ON_LIGHT.length;

/** The colour of the run with this index; runs beyond the palette's end begin it again. */
export function runColour(index: number, dark: boolean): string {
  return (dark ? ON_DARK : ON_LIGHT)[index % COLOURS] as string;
}
