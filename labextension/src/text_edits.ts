/**
 * Changes of a program's text: what the kernel says of them, and how to find them.
 */

import type { TextEdit } from './lab_traits';

/** `text` with these edits made. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let found = text;
  for (const { start, end, text: put } of fromTheEnd(edits)) {
    found = found.slice(0, start) + put + found.slice(end);
  }
  return found;
}

/** The edits in the order in which each leaves the places of the next ones alone. */
export function fromTheEnd(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => b.start - a.start || b.end - a.end);
}

/**
 * The edits that make `before` into `after`: the given ones where they do, or else one that
 * touches only what differs.
 */
export function editsBetween(
  before: string,
  after: string,
  given: readonly TextEdit[] = []
): TextEdit[] {
  if (before === after) {
    return [];
  }
  if (given.length && withEdits(before, given) === after) {
    return [...given];
  }
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start++;
  }
  let same = 0;
  while (
    same < most - start &&
    before[before.length - 1 - same] === after[after.length - 1 - same]
  ) {
    same++;
  }
  return [{ start, end: before.length - same, text: after.slice(start, after.length - same) }];
}
