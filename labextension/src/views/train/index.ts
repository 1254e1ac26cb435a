/**
 * The view *Train*: the charts of the run, its numbers and those of the runs before it, and what the
 * model predicts.
 */

import { ChartHost } from '../../chart/host';
import { CHARTS, FAMILIES } from '../../chart/list';
import type { FromKernel } from '../../messages';
import type { View, ViewContext, ViewKind } from '../kind';
import { AddedCharts } from './added_charts';
import { Figures } from './figures';
import { PredictionsBox } from './predictions';
import { RunTable } from './run_table';

export const train: ViewKind = {
  id: 'train',
  title: 'Train',
  make: context => new TrainView(context)
};

class TrainView implements View {
  readonly element = document.createElement('div');
  private _figures: Figures;
  private _charts: ChartHost[];
  private _added: AddedCharts;
  private _table = new RunTable();
  private _predictions: PredictionsBox | undefined;
  private _forget: (() => void)[] = [];

  constructor(private readonly _context: ViewContext) {
    const { predict } = _context;
    this._figures = new Figures(_context);
    this._charts = CHARTS.map(kind => new ChartHost(kind, _context));
    this._added = new AddedCharts(FAMILIES, _context);
    this._predictions = predict && new PredictionsBox(predict, _context);
    this.element.className = 'lossviz-pictures';
    this.element.append(
      this._figures.element,
      ...this._charts.map(chart => chart.element),
      this._added.element,
      this._added.menu.element,
      this._table.element,
      ...(this._predictions ? [this._predictions.element] : [])
    );
  }

  show(): void {
    const { slices } = this._context.store;
    this._figures.show();
    this._charts.forEach(chart => {
      chart.show();
    });
    this._added.show();
    this._predictions?.show();
    this._forget = [
      slices.on(['run', 'progress', 'series:loss'], () => {
        this._showNumbers();
      }),
      slices.on(['earlier'], () => {
        this._table.showEarlier(this._context.store.earlier);
      }),
      slices.on(['run', 'epochs'], () => {
        this._added.follow(this._context.store.followed);
        this._followModel();
      })
    ];
    this._table.showEarlier(this._context.store.earlier);
    this._added.follow(this._context.store.followed);
    this._showNumbers();
    this._followModel();
  }

  hide(): void {
    this._forget.splice(0).forEach(forget => {
      forget();
    });
    this._figures.hide();
    this._charts.forEach(chart => {
      chart.hide();
    });
    this._added.hide();
    this._predictions?.hide();
    this._table.hide();
  }

  take(message: FromKernel): void {
    if (message.type === 'predictions') {
      this._predictions?.take(message);
    }
  }

  recolour(): void {
    this._charts.forEach(chart => {
      chart.recolour();
    });
    this._added.recolour();
    this._predictions?.redraw();
  }

  dispose(): void {
    this.hide();
    this._charts.forEach(chart => {
      chart.dispose();
    });
    this._added.dispose();
    this._predictions?.dispose();
  }

  private _showNumbers(): void {
    const { followed } = this._context.store;
    if (!followed && !this._context.store.earlier.length) {
      this._table.clear();
    }
    if (followed) {
      this._table.show(followed);
    }
  }

  private _followModel(): void {
    const { followed } = this._context.store;
    if (followed) {
      const { id, state, epochs } = followed;
      this._predictions?.follow(`${id} ${state.status} ${epochs.count}`);
    }
  }
}
