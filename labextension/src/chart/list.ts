/**
 * The charts. A new one is a folder beside this file, and a line here.
 */

import { epochLoss } from './epoch_loss';
import type { ChartKind } from './kind';
import { stepLoss } from './step_loss';

export const CHARTS: readonly ChartKind[] = [stepLoss, epochLoss];
