/**
 * The element of a row that a key moves the focus to: next, previous, first or last.
 *
 * @param key the key that was pressed.
 * @param keys the keys that move back and forward, such as the arrows up and down.
 * @param index of the focused element.
 * @param count the number of elements.
 */
export function neighbour(
  key: string,
  [back, forward]: readonly [string, string],
  index: number,
  count: number
): number | undefined {
  switch (key) {
    case back:
      return (index - 1 + count) % count;
    case forward:
      return (index + 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
