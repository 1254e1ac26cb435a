/**
 * Lines, bands and marks as Plotly takes them.
 */

import type { Band, ChartLine, Mark } from './chart_spec';
import type { AxisUnit } from './kind';
import type { PlotlyTrace } from './plotly_types';
import type { Theme } from './theme';
import { unitTitle } from './time_unit';

const FEW_POINTS = 20;

/** Text for Plotly, which reads some of HTML: a run may be called anything. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text within a template for Plotly, in which it stands for nothing else. */
export function templateText(text: string): string {
  return escapeText(text).replaceAll('%{', '%&#123;');
}

/** @param detailed whether a pointer is on the chart, so that the points' details are needed. */
export function lineTrace(line: ChartLine, unit: AxisUnit, detailed = false): PlotlyTrace {
  // A line through very few points would be hard to see, or, through one, nothing.
  const many = !line.markers && line.x.length > FEW_POINTS;
  const mode = line.star ? 'markers' : many || line.faint ? 'lines' : 'lines+markers';
  return {
    x: line.x,
    y: line.y,
    type: 'scatter',
    mode,
    name: escapeText(line.name),
    line: {
      color: line.colour,
      width: line.width ?? (many || line.faint ? 1.25 : line.behind ? 1.5 : 2),
      dash: line.dashed ? 'dash' : 'solid'
    },
    marker: {
      size: line.star ? 11 : 5,
      color: line.colour,
      symbol: line.star ? 'star' : 'circle'
    },
    opacity: line.faint ? 0.35 : 1,
    zorder: line.behind ? 1 : line.star ? 3 : 2,
    // The name within: in a box of its own it would stand on white in the dark theme.
    hovertemplate: `%{fullData.name}<br>${
      detailed && line.details
        ? line.details.template
        : `${templateText(unitTitle(unit))} %{x}: %{y:.4~g}`
    }<extra></extra>`,
    ...(detailed && line.details ? { customdata: customData(line.x.length, line.details.of) } : {}),
    connectgaps: false,
    showlegend: false
  };
}

function customData(count: number, of: (i: number) => (number | string)[]): (number | string)[][] {
  return Array.from({ length: count }, (_, i) => of(i));
}

/** The outline of a band, there along the low edge and back along the high one. */
export function bandTrace(band: Band): PlotlyTrace {
  const known = Array.from(band.x.keys()).filter(
    i => Number.isFinite(band.low[i]) && Number.isFinite(band.high[i])
  );
  const back = [...known].reverse();
  return {
    x: Float64Array.from([...known, ...back], i => band.x[i] as number),
    y: Float32Array.from([
      ...known.map(i => band.low[i] as number),
      ...back.map(i => band.high[i] as number)
    ]),
    type: 'scatter',
    mode: 'lines',
    name: escapeText(band.name),
    line: { color: band.colour, width: 0 },
    fill: 'toself',
    fillcolor: `${band.colour}26`,
    zorder: 0,
    hoverinfo: 'skip',
    connectgaps: false,
    showlegend: false
  };
}

/** A thin line at each mark. */
export function markShapes(marks: Mark[], theme: Theme): object[] {
  return marks.map(({ x }) => ({
    type: 'line',
    x0: x,
    x1: x,
    yref: 'paper',
    y0: 0,
    y1: 1,
    line: { color: theme.faint, width: 1, dash: 'dot' }
  }));
}

/** A short tick on the axis at each x. */
export function tickShapes(ticks: number[], theme: Theme): object[] {
  return ticks.map(x => ({
    type: 'line',
    x0: x,
    x1: x,
    yref: 'paper',
    y0: 0,
    y1: 0.035,
    line: { color: theme.faint, width: 1.5 }
  }));
}

/** The symbol of each mark above its line, with its text on hover. */
export function markAnnotations(marks: Mark[], theme: Theme): object[] {
  return marks.map(({ x, symbol, text }) => ({
    x,
    yref: 'paper',
    y: 1,
    yanchor: 'top',
    text: escapeText(symbol),
    hovertext: escapeText(text).replaceAll('\n', '<br>'),
    showarrow: false,
    bgcolor: theme.background,
    borderpad: 1,
    font: { color: theme.faint, size: 11 }
  }));
}
