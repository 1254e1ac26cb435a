/**
 * The charts. A new one is a folder beside this file, and a line here.
 */

import { epochLoss } from './epoch_loss';
import { epochMetrics } from './epoch_metric';
import type { ChartFamily, ChartKind } from './kind';
import { stepLoss } from './step_loss';
import { stepSeries } from './step_series';

export const CHARTS: readonly ChartKind[] = [epochLoss, stepLoss];

/** Those that are made by name, in the order in which they are offered. */
export const FAMILIES: readonly ChartFamily[] = [epochMetrics, stepSeries];
