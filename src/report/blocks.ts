import type { BlockContent, Heading, Paragraph, PhrasingContent, Table, TableCell } from 'mdast';
import { printable } from './printable.ts';

/** Builders of Markdown's syntax tree. All text goes through `words` or `code`, which make it printable; the writer escapes the rest. */

/**
 * Text that stays text. What readers of GitHub's Markdown turn into links even where it is escaped (addresses of pages and
 * of people) is broken up by setting the sign that gives it away as code.
 */
export function words(text: string): PhrasingContent[] {
  return printable(text)
    .split(/((?::\/\/|@|www\.)+)/i)
    .map((value, at): PhrasingContent => (at % 2 === 1 ? { type: 'inlineCode', value } : { type: 'text', value }))
    .filter(node => 'value' in node && node.value !== '');
}

/**
 * Text of the dump, set in type of one width. What code cannot hold within a table without being read differently
 * (backslashes before pipes, spaces at the ends) is plain text instead.
 */
export function code(text: string): PhrasingContent[] {
  const value = printable(text);
  return /^[^\s\\|`]([^\\|`]*[^\s\\|`])?$/.test(value) ? [{ type: 'inlineCode', value }] : words(text);
}

export function heading(depth: Heading['depth'], text: string): Heading {
  return { type: 'heading', depth, children: words(text) };
}

export function paragraph(text: string): Paragraph {
  return { type: 'paragraph', children: words(text) };
}

/** What a person wrote: its lines stay lines, its empty lines part paragraphs, and none of it is read as Markdown. */
export function quotation(text: string): BlockContent {
  const paragraphs = text.split(/(?:\r?\n){2,}/).filter(part => part.trim() !== '');
  return {
    type: 'blockquote',
    children: paragraphs.map(part => ({
      type: 'paragraph',
      children: part.split(/\r?\n/).flatMap((line, at): PhrasingContent[] => {
        return at === 0 ? words(line) : [{ type: 'break' }, ...words(line)];
      }),
    })),
  };
}

/** The content of each cell. */
export type Row = readonly PhrasingContent[][];
export type Align = 'left' | 'right';

/** @param columns the header row, with the alignment of each column. */
export function table(columns: readonly (readonly [title: string, align: Align])[], rows: readonly Row[]): Table {
  const row = (cells: Row) => ({
    type: 'tableRow' as const,
    children: cells.map((cell): TableCell => ({ type: 'tableCell', children: cell })),
  });
  return {
    type: 'table',
    align: columns.map(([, align]) => align),
    children: [row(columns.map(([title]) => words(title))), ...rows.map(row)],
  };
}
