import type { RootContent } from 'mdast';
import type { Ledger } from '../heap/ledger.ts';
import { heading, paragraph, table, words } from './blocks.ts';
import { bytesText, count, share } from './numbers.ts';

/** The heap's bytes by what they are. */
export function ledgerSection(ledger: Ledger | undefined): RootContent[] {
  if (ledger === undefined) return [];
  return [
    heading(2, 'Where the memory is'),
    paragraph(`The allocator holds ${bytesText(ledger.total)}.`),
    table(
      [
        ['What', 'left'],
        ['Bytes', 'right'],
        ['Share', 'right'],
      ],
      ledger.lines.map(({ name, bytes }) => [words(name), words(count(bytes)), words(share(bytes / ledger.total))]),
    ),
  ];
}
