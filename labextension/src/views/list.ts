/**
 * The views, in the order of their tabs. A new one is a folder beside this file, and a line here.
 */

import type { ViewKind } from './kind';
import { runs } from './runs';
import { train } from './train';

export const VIEWS: readonly ViewKind[] = [train, runs];
