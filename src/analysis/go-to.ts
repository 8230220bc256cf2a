import { type Dump, DumpError } from '../dump/dump.ts';
import { countText, hexText, sizeText } from '../dump/size-text.ts';
import type { GoToTarget } from './api.ts';

const HELP = 'Write an address (0x7f12…), an offset (1024, or offset:0x400), or a distance (+16, -0x20).';

/**
 * Finds the byte that `text` names; `from` is the offset that distances count from.
 * Hex (0x…, or digits with a letter a-f) is an address where one is mapped, else an offset; plain digits are an offset;
 * `address:` and `offset:` leave no choice. Throws DumpError with a sentence where it leads nowhere.
 */
export function goTo(dump: Dump, text: string, from: number): GoToTarget {
  const [, kind, sign, digits] =
    /^(?:(address|offset)\s*:)?\s*([+-]?)\s*([^\s+-].*)$/i.exec(text.trim().replaceAll(/[_,](?=[0-9a-f])/gi, '')) ?? [];
  if (digits === undefined) throw new DumpError(`Nothing to go to. ${HELP}`);
  const value = numberOf(digits);
  if (value === undefined) throw new DumpError(`"${text.trim()}" is no address, offset or distance. ${HELP}`);
  // Rounded to a number it would be another place than the one that was written.
  if (!Number.isSafeInteger(value.number)) {
    throw new DumpError(
      `${sign}${digits} is not in the dump: it is 2^53 or more, and every address and offset that can be shown is smaller.`,
    );
  }
  if (sign !== '') {
    if (kind !== undefined) throw new DumpError(`"${text.trim()}" mixes a distance with ${kind}:. ${HELP}`);
    return byOffset(dump, sign === '-' ? from - value.number : from + value.number, `${sign}${digits} to `);
  }
  if (kind?.toLowerCase() === 'offset') return byOffset(dump, value.number);
  if (kind?.toLowerCase() === 'address') return byAddress(dump, value.number);
  // Without a base, addresses are offsets, and only the word offset is true.
  if (!value.hex || !dump.baseKnown) return byOffset(dump, value.number);
  if (dump.segmentAt(value.number) !== undefined || value.number >= dump.source.size) {
    return byAddress(dump, value.number);
  }
  return byOffset(dump, value.number);
}

function numberOf(digits: string): { number: number; hex: boolean } | undefined {
  if (/^[0-9]+$/.test(digits)) return { number: Number(digits), hex: false };
  const [, hex] = /^(?:0x)?([0-9a-f]+)$/i.exec(digits) ?? [];
  return hex === undefined ? undefined : { number: Number.parseInt(hex, 16), hex: true };
}

function byOffset(dump: Dump, offset: number, prefix = ''): GoToTarget {
  const { size } = dump.source;
  if (offset < 0) throw new DumpError('That lies before the start of the file.');
  if (offset >= size) {
    throw new DumpError(
      `Offset ${countText(offset)} lies past the end: the file has ${countText(size)} bytes (last offset ${countText(size - 1)}).`,
    );
  }
  return { offset, address: dump.addressOf(offset), label: `${prefix}offset ${countText(offset)}` };
}

function byAddress(dump: Dump, address: number): GoToTarget {
  const segment = dump.segmentAt(address);
  if (segment === undefined)
    throw new DumpError(`Address ${hexText(address)} is not in the dump${nearest(dump, address)}.`);
  const name = segment.name === '' ? 'anonymous memory' : segment.name;
  const offset = dump.offsetOf(address);
  if (offset === undefined) {
    const cut = address - segment.start < segment.promised;
    throw new DumpError(
      `Address ${hexText(address)} is in ${name}, but ${cut ? 'the file is cut off before it' : 'this part of it was not dumped'}.`,
    );
  }
  return { offset, address, label: `address ${hexText(address)} in ${name}` };
}

/** ": the nearest memory before it ends at …, 4.0 KiB away" so that a slip of the finger is easily seen. */
function nearest(dump: Dump, address: number): string {
  const { segments } = dump;
  const next = segments.findIndex(segment => segment.start > address);
  const before = next === 0 ? undefined : segments[(next < 0 ? segments.length : next) - 1];
  const after = next < 0 ? undefined : segments[next];
  const parts: string[] = [];
  if (before !== undefined) {
    parts.push(`memory before it ends at ${hexText(before.end)} (${sizeText(address - before.end)} away)`);
  }
  if (after !== undefined) {
    parts.push(`memory after it begins at ${hexText(after.start)} (${sizeText(after.start - address)} away)`);
  }
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}
