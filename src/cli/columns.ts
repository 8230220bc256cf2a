import { shortened } from '../report/printable.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Narrower, the last column of a table is left out. */
const LEAST_LAST = 10;
const GAP = '  ';

/** Columns of the terminal, or 100 where output goes elsewhere: always the same there. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.max(60, process.stdout.columns) : 100;
}

/** Lines of a table; its last column (left-aligned text) is cut to what is left of `width`. Control characters must be escaped already. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map(row => row[index].length)));
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, one) => sum + one + GAP.length, 0);
  const room = Math.min(widths[last], width - before);
  const shown = room < Math.min(LEAST_LAST, widths[last]) ? last : columns.length;
  return all.map(row =>
    columns
      .slice(0, shown)
      .map(({ align }, index) => {
        if (index === last && row[index].length > room) return shortened(row[index], room - 1);
        return align === 'left' ? row[index].padEnd(widths[index]) : row[index].padStart(widths[index]);
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Labelled lines: the labels in one column, the texts wrapped at words into the other. */
export function labelled(pairs: readonly (readonly [label: string, text: string])[], width: number): string[] {
  const indent = Math.max(...pairs.map(([label]) => label.length)) + GAP.length;
  return pairs.flatMap(([label, text]) =>
    wrapped(text, width - indent).map((line, index) => (index === 0 ? label : '').padEnd(indent) + line),
  );
}

/** Text in lines of at most `width` characters, but a word is never broken. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
