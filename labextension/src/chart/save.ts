/**
 * Taking a chart away: as a picture, or its data as comma-separated values.
 */

/** Data as rows under named columns. */
export interface Table {
  columns: string[];
  rows: (number | string)[][];
}

/** Comma-separated values (RFC 4180). */
export function csv({ columns, rows }: Table): string {
  const field = (value: number | string): string => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map(row => `${row.map(field).join(',')}\r\n`).join('');
}

/** The buttons PNG, SVG and Copy CSV of the chart with this title. */
export function saveButtons(
  title: string,
  { picture, table }: { picture: (format: 'png' | 'svg') => Promise<void>; table: () => Table }
): HTMLElement[] {
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  const button = (text: string, name: string, press: () => Promise<string>): HTMLElement => {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'lossviz-button lossviz-small';
    element.textContent = text;
    element.setAttribute('aria-label', `${name} of ${title}`);
    element.addEventListener('click', () => {
      press().then(
        message => {
          said.textContent = message;
        },
        () => {
          said.textContent = 'The browser does not allow it.';
        }
      );
    });
    return element;
  };
  return [
    button('PNG', 'Save as PNG', () => picture('png').then(() => 'Saved.')),
    button('SVG', 'Save as SVG', () => picture('svg').then(() => 'Saved.')),
    button('Copy CSV', 'Copy the data', () => {
      const data = table();
      const rows = data.rows.length.toLocaleString('en');
      return navigator.clipboard.writeText(csv(data)).then(() => `${rows} rows copied.`);
    }),
    said
  ];
}
