/**
 * The view *Train*: the charts of the run, its numbers and those of the runs before it, and what the
 * model predicts.
 */

import { CHARTS, FAMILIES } from '../../chart/list';
import { SharedView } from '../../chart/shared_view';
import { trans } from '../../i18n/translation';
import type { FromKernel } from '../../messages';
import { KeptChoice } from '../kept_choice';
import type { View, ViewContext, ViewKind } from '../kind';
import { AddedCharts } from './added_charts';
import { Figures } from './figures';
import { PredictionsBox } from './predictions';
import { RunChips } from './run_chips';
import { RunTable } from './run_table';

export const train: ViewKind = {
  id: 'train',
  get title() {
    return trans.__('Train');
  },
  make: context => new TrainView(context)
};

class TrainView implements View {
  readonly element = document.createElement('div');
  private _figures: Figures;
  private _charts: AddedCharts;
  private _chips: RunChips;
  private _table = new RunTable();
  private _predictions: PredictionsBox | undefined;
  private _forget: (() => void)[] = [];

  constructor(private readonly _context: ViewContext) {
    const { predict } = _context;
    const shared = new SharedView(new KeptChoice(_context.lab, 'charts-view'));
    this._figures = new Figures(_context);
    this._chips = new RunChips(_context.store, shared, _context.compareRuns);
    this._charts = new AddedCharts(FAMILIES, _context, shared, CHARTS);
    this._predictions = predict && new PredictionsBox(predict, _context);
    this.element.className = 'lossviz-pictures';
    this.element.append(
      this._figures.element,
      this._chips.element,
      this._charts.element,
      this._charts.menu.element,
      this._table.element,
      ...(this._predictions ? [this._predictions.element] : [])
    );
  }

  show(): void {
    const { slices } = this._context.store;
    this._figures.show();
    this._charts.show();
    this._chips.show();
    this._predictions?.show();
    this._forget = [
      slices.on(['run', 'progress', 'epochs', 'series:loss'], () => {
        this._showNumbers();
      }),
      slices.on(['earlier'], () => {
        this._table.showEarlier(this._context.store.earlier);
      }),
      slices.on(['run', 'epochs'], () => {
        this._charts.follow(this._context.store.followed);
        this._followModel();
      })
    ];
    this._table.showEarlier(this._context.store.earlier);
    this._charts.follow(this._context.store.followed);
    this._showNumbers();
    this._followModel();
  }

  hide(): void {
    this._forget.splice(0).forEach(forget => {
      forget();
    });
    this._figures.hide();
    this._charts.hide();
    this._chips.hide();
    this._predictions?.hide();
    this._table.hide();
  }

  take(message: FromKernel): void {
    if (message.type === 'predictions') {
      this._predictions?.take(message);
    }
  }

  recolour(): void {
    this._charts.recolour();
    this._predictions?.redraw();
  }

  dispose(): void {
    this.hide();
    this._charts.dispose();
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
