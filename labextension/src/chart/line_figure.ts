/**
 * A picture of lines as Plotly takes it.
 */

import { roomy, wholeTicks } from './axis_ticks';
import type { ChartView, Ends, Figure } from './kind';
import type { ChartLine, Picture } from './picture';
import type { PlotlyLayout } from './plotly_types';
import {
  bandTrace,
  escapeText,
  lineTrace,
  markAnnotations,
  markShapes,
  tickShapes
} from './traces';

/** More labels than that would lie over each other. */
const MOST_LABELS = 3;

/** The figure of this picture. */
export function lineFigure(picture: Picture, view: ChartView): Figure {
  const empty = picture.points === 0 && !picture.drawn;
  return {
    traces: [
      ...picture.lines.map(line => lineTrace(line, picture.unit, view.pointed)),
      ...(picture.band ? [bandTrace(picture.band)] : [])
    ],
    layout: {
      ...ground(view),
      // More labels than that would lie over each other.
      hovermode: picture.lines.length > MOST_LABELS ? 'closest' : 'x',
      showlegend: picture.lines.filter(line => !line.unlisted).length > 1,
      xaxis: { ...axis(view), ...across(picture, view, empty) },
      yaxis: {
        ...axis(view),
        title: { ...axis(view).title, text: escapeText(picture.quantity) },
        type: view.logarithmic ? 'log' : 'linear',
        tickformat: '.4~g',
        ...(empty
          ? { range: view.logarithmic ? [-2, 0] : [0, 1], autorange: false }
          : { autorange: true })
      },
      ...(empty ? { annotations: [words(picture.summary, view)] } : marks(picture, view))
    },
    points: picture.points,
    summary: picture.summary,
    scene: picture.scene ?? '',
    unit: picture.unit,
    most: picture.most ?? {}
  };
}

/** What all charts have in common. */
function ground({ theme, width, height }: ChartView): PlotlyLayout {
  return {
    margin: { l: 52, r: 10, t: 6, b: 38 },
    width,
    height,
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: theme.font, color: theme.text, size: 12 },
    hoverlabel: { bgcolor: theme.background, font: { color: theme.text } },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: theme.faint, activecolor: theme.text },
    // On the left: the buttons for zooming appear on the right.
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom' }
  };
}

function axis({ theme }: ChartView): { title: object } {
  return {
    color: theme.faint,
    gridcolor: theme.grid,
    linecolor: theme.grid,
    zerolinecolor: theme.grid,
    tickfont: { size: 11 },
    title: { font: { size: 11 }, standoff: 6 },
    showline: true
  } as { title: object };
}

function across(picture: Picture, view: ChartView, empty: boolean): PlotlyLayout {
  const range = view.zoom ?? picture.range ?? extent(picture.lines);
  const ticks = range && !picture.continuous ? wholeTicks(...range, view.columns) : undefined;
  return {
    title: { ...axis(view).title, text: escapeText(picture.unit) },
    ...(picture.continuous ? { tickformat: '', hoverformat: '.4~g' } : { tickformat: ',d' }),
    // An axis counts from the beginning of a run: nothing is before that.
    minallowed: 0,
    ...(ticks ? { tickmode: 'array', tickvals: ticks } : { tickmode: 'auto' }),
    range: empty || !range ? [0, 10] : [...range],
    autorange: false
  };
}

function marks(picture: Picture, { theme }: ChartView): PlotlyLayout {
  return {
    shapes: [...markShapes(picture.marks ?? [], theme), ...tickShapes(picture.ticks ?? [], theme)],
    annotations: markAnnotations(picture.marks ?? [], theme)
  };
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
function extent(lines: ChartLine[]): Ends | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { x } of lines) {
    for (const one of x) {
      low = one < low ? one : low;
      high = one > high ? one : high;
    }
  }
  return low <= high ? roomy(low, high) : undefined;
}
