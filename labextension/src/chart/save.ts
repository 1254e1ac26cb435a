/**
 * Exporting a chart: as an image, or its data as comma-separated values.
 */

import { button } from '../controls/button';
import { downloadText, toClipboard } from '../controls/text_output';
import { formatCount } from '../format';
import { trans } from '../i18n/translation';
import type { Table } from './kind';

/** Rows are put together in parts of so many: one text for each of them would fill the memory. */
const PART = 10_000;

/** Comma-separated values (RFC 4180), as texts that follow each other. */
export function csv({ columns, count, row }: Table): string[] {
  const parts = [line(columns)];
  for (let from = 0; from < count; from += PART) {
    let part = '';
    for (let i = from; i < Math.min(from + PART, count); i++) {
      part += line(row(i));
    }
    parts.push(part);
  }
  return parts;
}

function line(fields: readonly (number | string)[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

function field(value: number | string): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What was done with the rows of a table, none of them passed over in silence. */
export function rowsDone({ count, omitted }: Table, done: 'copied' | 'saved'): string {
  const [rows, all] = [formatCount(count), formatCount(count + omitted)];
  if (omitted > 0) {
    return done === 'copied'
      ? trans.__('%1 of %2 rows copied; Python has them all.', rows, all)
      : trans.__('%1 of %2 rows saved; Python has them all.', rows, all);
  }
  return done === 'copied'
    ? trans._n('%2 row copied.', '%2 rows copied.', count, rows)
    : trans._n('%2 row saved.', '%2 rows saved.', count, rows);
}

/** How a chart gives what is taken away. */
export interface Source {
  image(format: 'png' | 'svg'): Promise<void>;
  table(): Promise<Table>;
}

/** The buttons that export the chart with this title, and a line about what they did. */
export function saveButtons(title: string, source: Source): HTMLElement[] {
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  const small = (text: string, name: string, press: () => Promise<string>): HTMLElement => {
    const element = button(text, '', () => {
      said.textContent = trans.__('Exporting…');
      press().then(
        message => {
          said.textContent = message;
        },
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          said.textContent = trans.__('Export failed: %1', reason);
        }
      );
    });
    element.className = 'lossviz-export';
    element.setAttribute('aria-label', name);
    return element;
  };
  const saved = (format: 'png' | 'svg'): Promise<string> =>
    source.image(format).then(() => trans.__('Saved.'));
  return [
    small(trans.__('Save PNG'), trans.__('Save as PNG of %1', title), () => saved('png')),
    small(trans.__('Save SVG'), trans.__('Save as SVG of %1', title), () => saved('svg')),
    small(trans.__('Copy CSV'), trans.__('Copy the data of %1', title), async () => {
      const table = await source.table();
      const copied = await toClipboard(csv(table).join(''));
      return copied
        ? rowsDone(table, 'copied')
        : trans.__('The browser does not let this page copy. Use Save CSV.');
    }),
    small(trans.__('Save CSV'), trans.__('Save the data of %1', title), async () => {
      const table = await source.table();
      downloadText(csv(table), fileName(title, 'csv'), 'text/csv');
      return rowsDone(table, 'saved');
    }),
    said
  ];
}

/** Such as "loss-during-one-epoch.csv", whatever a person has called a series. */
export function fileName(title: string, ending: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? ['chart'];
  return `${words.join('-')}.${ending}`;
}
