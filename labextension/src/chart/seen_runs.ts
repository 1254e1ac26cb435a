/**
 * Which runs a chart draws, the one in front first.
 */

import { trans } from '../i18n/translation';
import type { RunData } from '../store/run_data';
import type { Runs } from '../store/run_store';
import type { ChartView } from './kind';

/** The run that is followed, or else the newest of the others, then those, oldest first. */
export function seenRuns(
  { followed, earlier }: Runs,
  { hidden }: Pick<ChartView, 'hidden'>
): RunData[] {
  const all = followed ? [...earlier, followed] : [...earlier];
  const seen = all.filter(({ id }) => !hidden.has(id));
  const front = seen.pop();
  return front ? [front, ...seen] : [];
}

/** What to say when runs are there and none is seen; undefined where there are none. */
export function allHidden({ followed, earlier }: Runs): string | undefined {
  return followed || earlier.length > 0 ? trans.__('All runs are hidden.') : undefined;
}
