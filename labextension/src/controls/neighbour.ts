/**
 * Which of some elements in a row a key goes to: the next one, the one before, the first, the last.
 *
 * @param key that was pressed.
 * @param ways the keys that go back and on, such as the arrows up and down.
 * @param index of the element that has the focus.
 * @param count how many there are.
 */
export function neighbour(
  key: string,
  [back, on]: readonly [string, string],
  index: number,
  count: number
): number | undefined {
  switch (key) {
    case back:
      return (index - 1 + count) % count;
    case on:
      return (index + 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
