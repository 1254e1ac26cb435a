/**
 * Runs side by side: the settings in which they differ, and their metrics.
 */

import { button } from '../../controls/button';
import { formatNumber } from '../../format';
import type { RunComparison } from '../../messages';
import { colourCell, headCell } from '../run_cells';
import { metricTitle } from './columns';

const ALIKE = 'These runs have the same settings.';

export class ComparisonTable {
  readonly element = document.createElement('section');
  private _content = document.createElement('div');
  private _warning = document.createElement('p');

  /** @param closed called when it is not wanted any more. */
  constructor(closed: () => void) {
    this.element.className = 'lossviz-runs-comparison';
    this.element.hidden = true;
    this.element.tabIndex = -1;
    this.element.setAttribute('aria-label', 'Comparison of runs');
    const title = document.createElement('h3');
    title.textContent = 'Comparison';
    const close = button('Close', 'Close the comparison', () => {
      this.element.hidden = true;
      closed();
    });
    close.classList.add('lossviz-small');
    const head = document.createElement('div');
    head.className = 'lossviz-runs-line';
    head.append(title, close);
    this._warning.className = 'lossviz-runs-said';
    this._warning.dataset['kind'] = 'warning';
    this._content.className = 'lossviz-table';
    this._content.tabIndex = 0;
    this._content.setAttribute('role', 'group');
    this._content.setAttribute('aria-label', 'Table of the comparison');
    this.element.append(head, this._warning, this._content);
  }

  show({ runs, settings, metrics, warning }: RunComparison): void {
    this._warning.textContent = warning;
    const table = document.createElement('table');
    table.createTHead().append(
      row(
        headCell('Setting'),
        ...runs.map(run => {
          const cell = headCell(run.name);
          colourCell(cell, run.colour);
          return cell;
        })
      )
    );
    const body = table.createTBody();
    body.append(...settings.map(({ name, values }) => rowOf(name, values)));
    if (!settings.length) {
      const cell = document.createElement('td');
      cell.colSpan = runs.length + 1;
      cell.textContent = ALIKE;
      body.append(row(cell));
    }
    if (metrics.length) {
      const title = headCell('Metric, best epoch (last epoch)');
      title.colSpan = runs.length + 1;
      title.scope = 'colgroup';
      const part = table.createTBody();
      part.append(row(title));
      for (const { name, best, last } of metrics) {
        const texts = best.map((value, i) => {
          const end = last[i] ?? null;
          return `${formatNumber(value)}${end === null ? '' : ` (${formatNumber(end)})`}`;
        });
        part.append(rowOf(metricTitle(name), texts));
      }
    }
    this._content.replaceChildren(table);
    this.element.hidden = false;
    this.element.focus();
  }
}

function rowOf(name: string, values: readonly string[]): HTMLTableRowElement {
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = name;
  return row(
    head,
    ...values.map(value => {
      const cell = document.createElement('td');
      cell.textContent = value;
      return cell;
    })
  );
}

function row(...cells: HTMLElement[]): HTMLTableRowElement {
  const made = document.createElement('tr');
  made.append(...cells);
  return made;
}
