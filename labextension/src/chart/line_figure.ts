/**
 * A chart's spec as Plotly takes it, and what lies over it.
 */

import { numberSeparators } from '../format';
import { trans } from '../i18n/translation';
import { roomy, wholeTicks } from './axis_ticks';
import { markKey } from './event_marks';
import type { ChartView, Ends, Figure } from './kind';
import { lineEnds } from './line_ends';
import type { ChartLine, ChartSpec } from './chart_spec';
import { margin, plotArea } from './plot_area';
import type { PlotlyLayout } from './plotly_types';
import { unitTitle } from './time_unit';
import {
  bandTrace,
  escapeText,
  lineTrace,
  markAnnotations,
  markShapes,
  tickShapes
} from './traces';
import { valueRange, type ValueRange } from './value_range';

/** More labels than that would lie over each other. */
const MOST_LABELS = 3;

/** Before there is anything. */
const NOTHING: Ends = [0, 10];

/** Its axes: numbers and a grid would claim values that nobody knows. */
const BARE = { showticklabels: false, showgrid: false, showline: true, ticks: '' };

/** The figure that draws this spec. */
export function lineFigure(spec: ChartSpec, view: ChartView): Figure {
  const empty = spec.points === 0 && !spec.drawn;
  const { lines, band } = spec;
  const values = valueRange(
    [...lines.map(line => line.y), ...(band ? [band.low, band.high] : [])],
    view.logarithmic,
    view.everything
  );
  const range = view.zoom ?? (empty ? undefined : (spec.range ?? extent(lines))) ?? NOTHING;
  const heights = view.zoomY ?? values.ends;
  return {
    traces: [
      ...lines.map(line => lineTrace(line, spec.unit, view.pointed)),
      ...(band ? [bandTrace(band)] : [])
    ],
    layout: {
      ...ground(view),
      hovermode: lines.length > MOST_LABELS ? 'closest' : 'x',
      xaxis: { ...axis(view), ...across(spec, view, range), ...(empty ? BARE : {}) },
      yaxis: { ...axis(view), ...upward(view, heights), ...(empty ? BARE : {}) },
      ...(empty ? { annotations: [words(spec.summary, view)] } : marks(spec, view))
    },
    points: spec.points,
    summary: spec.summary,
    scene: spec.scene ?? '',
    unit: spec.unit,
    most: spec.most ?? {},
    ends: empty
      ? []
      : lineEnds(lines, plotArea(view.width, view.height), range, heights, view.logarithmic),
    key: empty ? [] : keyOf(spec),
    ...noted(values, view, empty),
    range,
    readable: lines.filter(line => !line.star),
    steering: spec.steering
  };
}

/** What may be said of the values that are, or are not, shown. */
function noted(
  { cut, wide }: ValueRange,
  { zoomY }: ChartView,
  empty: boolean
): Pick<Figure, 'cut' | 'wide'> {
  return empty || zoomY ? { cut: null, wide: false } : { cut, wide };
}

/** What all charts have in common. */
function ground({ theme, width, height }: ChartView): PlotlyLayout {
  return {
    margin: margin(plotArea(width, height)),
    width,
    height,
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: theme.font, color: theme.text, size: 12 },
    hoverlabel: { bgcolor: theme.background, font: { color: theme.text } },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: theme.faint, activecolor: theme.text },
    showlegend: false,
    separators: numberSeparators()
  };
}

function axis({ theme }: ChartView): PlotlyLayout {
  return {
    color: theme.faint,
    gridcolor: theme.grid,
    linecolor: theme.grid,
    zeroline: false,
    tickfont: { size: 11 },
    exponentformat: 'e',
    autorange: false
  };
}

function across(spec: ChartSpec, { theme, columns }: ChartView, range: Ends): PlotlyLayout {
  const ticks = spec.continuous ? undefined : wholeTicks(...range, columns);
  return {
    title: {
      text: escapeText(unitTitle(spec.unit)),
      font: { size: 11, color: theme.faint },
      standoff: 4
    },
    ...(spec.continuous ? { tickformat: '', hoverformat: '.4~g' } : { tickformat: ',d' }),
    showgrid: false,
    showline: true,
    ticks: 'outside',
    ticklen: 4,
    tickcolor: theme.grid,
    // An axis counts from the beginning of a run: nothing is before that.
    minallowed: 0,
    ...(ticks ? { tickmode: 'array', tickvals: ticks } : { tickmode: 'auto', nticks: 6 }),
    range: [...range]
  };
}

function upward({ logarithmic, zoomY }: ChartView, [low, high]: Ends): PlotlyLayout {
  return {
    type: logarithmic ? 'log' : 'linear',
    // On a short logarithmic axis there are labels between the powers of ten, on others none.
    ...(logarithmic && high - low > 1.5 ? { dtick: Math.ceil((high - low) / 5) } : {}),
    nticks: 5,
    minexponent: 4,
    separatethousands: true,
    hoverformat: '.4~g',
    range: [low, high],
    ...(zoomY ? { range: [...zoomY] } : {})
  };
}

function marks(spec: ChartSpec, { theme }: ChartView): PlotlyLayout {
  return {
    shapes: [...markShapes(spec.marks ?? [], theme), ...tickShapes(spec.ticks ?? [], theme)],
    annotations: markAnnotations(spec.marks ?? [], theme)
  };
}

/** In words, each kind of mark that is drawn and does not name itself. */
function keyOf({ key = [], band, lines, marks = [], ticks = [] }: ChartSpec): string[] {
  return [
    ...key,
    ...lines.filter(line => line.star).map(line => `★ ${line.name}`),
    ...(band ? [trans.__('shaded: %1', band.name)] : []),
    ...markKey(marks.map(({ symbol }) => symbol)),
    ...(ticks.length > 0 ? [trans.__('ticks: checkpoints')] : [])
  ];
}

/** In the place of the lines. */
function words(text: string, { theme }: ChartView): object {
  return {
    text: escapeText(text),
    xref: 'paper',
    yref: 'paper',
    x: 0.5,
    y: 0.5,
    showarrow: false,
    font: { color: theme.faint, size: 13 }
  };
}

/** The ends of an axis on which all of these lines can be seen; undefined where there is none. */
function extent(lines: readonly ChartLine[]): Ends | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { x } of lines) {
    for (const one of x) {
      low = one < low ? one : low;
      high = one > high ? one : high;
    }
  }
  return low <= high ? roomy(low, high) : undefined;
}
