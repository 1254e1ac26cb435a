// Made of Plotly's own build by build-widget.mjs.
import type { PlotlyModule } from '../chart/plotly_types';

declare const plotly: PlotlyModule;
export default plotly;
