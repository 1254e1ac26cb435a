/**
 * A figure as it leaves the page: what the page has around and over the lines is drawn into it.
 */

import type { ChartView, Figure, LineEnd } from './kind';
import { margin, plotArea, type PlotArea } from './plot_area';
import type { PlotlyFigure, PlotlyTrace } from './plotly_types';
import { escapeText } from './traces';

/** Pixels above the plot for the title, and below it for each line of words about its marks. */
const TITLE = 32;
const LINE = 16;

/** About the width of a letter of these words. */
const LETTER = 6;

/** The figure with title, names and key, on white; larger by what these need. */
export function forPaper(figure: Figure, title: string, view: ChartView): PlotlyFigure {
  const area = plotArea(view.width, view.height);
  const { theme } = view;
  const own = margin(area);
  const key = wrapped(figure.key, (view.width - area.left) / LETTER);
  const below = LINE * (key.length + 0.5);
  const { annotations = [] } = figure.layout as { annotations?: object[] };
  return {
    data: [...figure.traces, ...figure.ends.map(end => dot(end, figure, area))],
    layout: {
      ...figure.layout,
      height: view.height + TITLE + below,
      margin: { ...own, t: (own['t'] ?? 0) + TITLE, b: (own['b'] ?? 0) + below },
      paper_bgcolor: theme.background,
      plot_bgcolor: theme.background,
      title: {
        text: escapeText(title),
        x: area.left / view.width,
        xanchor: 'left',
        y: 1 - 0.6 * (TITLE / (view.height + TITLE + below)),
        font: { size: 15, color: theme.text }
      },
      annotations: [
        ...annotations,
        ...figure.ends.map(end => name(end, area)),
        ...(key.length > 0 ? [keyText(key, view)] : [])
      ]
    }
  };
}

function name({ text, colour, textX, textY }: LineEnd, area: PlotArea): object {
  return {
    text: escapeText(text),
    xref: 'paper',
    yref: 'paper',
    x: textX / area.width,
    y: 1 - textY / area.height,
    xanchor: 'left',
    yanchor: 'middle',
    borderpad: 0,
    showarrow: false,
    font: { color: colour, size: 12 }
  };
}

/** A dot where the line ends, in the units of the axes. */
function dot({ colour, x, y }: LineEnd, { range, layout }: Figure, area: PlotArea): PlotlyTrace {
  const { range: heights, type } = layout['yaxis'] as { range: [number, number]; type: string };
  const [low, high] = heights;
  const value = low + (1 - y / area.height) * (high - low);
  return {
    x: [range[0] + (x / area.width) * (range[1] - range[0])],
    y: [type === 'log' ? 10 ** value : value],
    type: 'scatter',
    mode: 'markers',
    name: '',
    line: { color: colour, width: 0 },
    marker: { size: 6, color: colour },
    connectgaps: false,
    showlegend: false
  };
}

/** The parts of the key in lines of at most about so many letters. */
function wrapped(key: readonly string[], letters: number): string[] {
  const lines: string[] = [];
  for (const part of key) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last} · ${part}`;
    if (last !== undefined && longer.length <= letters) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(part);
    }
  }
  return lines;
}

function keyText(lines: readonly string[], { theme }: ChartView): object {
  return {
    text: lines.map(escapeText).join('<br>'),
    align: 'left',
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y: 0,
    yshift: -44,
    xanchor: 'left',
    yanchor: 'top',
    showarrow: false,
    font: { size: 11, color: theme.faint }
  };
}
