declare module 'plotly.js-basic-dist-min' {
  import type { PlotlyModule } from './chart/plotly_types';
  const plotly: PlotlyModule;
  export default plotly;
}
