import type { ChartView } from '../../labextension/src/chart/kind';
import { PAPER } from '../../labextension/src/chart/theme';
import type {
  EpochRow,
  Progress,
  RunState,
  SeriesPart,
  Snapshot
} from '../../labextension/src/messages';

/** A run as a kernel describes it. */
export const run: RunState = {
  id: 'a',
  name: 'run 1',
  status: 'running',
  epochs: 2,
  steps_per_epoch: 3,
  device: 'CPU:0',
  colour: 0,
  loss: 'mse',
  events: [],
  checkpoints: [],
  error: null,
  series: [{ name: 'loss', kind: 'step', unit: '' }]
};

export const progress: Progress = {
  step: 0,
  epoch: 1,
  epoch_start: 0,
  phase: 'training',
  rate: 1,
  left: 1,
  seconds: 0
};

/** A part of the loss: by default nothing but raw values. */
export function part(more: Partial<SeriesPart> = {}): SeriesPart {
  return {
    name: 'loss',
    start: 0,
    width: 1,
    buckets: 0,
    raw_start: 0,
    best: null,
    sparse: false,
    ...more
  };
}

export function snapshot(page: string, more: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    page,
    sequence: 4,
    run,
    progress,
    series: [part()],
    rows: [],
    earlier: [],
    ...more
  };
}

/** An epoch of three steps. */
export function row(epoch: number, loss: number | null, validation: number): EpochRow {
  return {
    epoch,
    first_step: 3 * (epoch - 1),
    steps: 3,
    metrics: { loss, val_loss: validation },
    low: loss,
    high: loss,
    seconds: epoch,
    learning_rate: 0.1
  };
}

/** Values as they travel. */
export function buffer(values: readonly number[]): DataView {
  return new DataView(Float32Array.from(values).buffer);
}

/** Somebody who looks at a whole chart. */
export const chartView: ChartView = {
  width: 660,
  height: 200,
  columns: 600,
  zoom: null,
  zoomY: null,
  everything: false,
  hidden: new Set(),
  logarithmic: false,
  pointed: false,
  options: {},
  unit: null,
  theme: PAPER,
  empty: ''
};
