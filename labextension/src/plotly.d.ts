declare module 'plotly.js-basic-dist-min' {
  const plotly: import('./chart/plotly_types').PlotlyModule;
  export default plotly;
}
