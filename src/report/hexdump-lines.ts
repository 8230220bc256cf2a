const PER_LINE = 16;

export interface HexdumpOptions {
  /** What the first column counts from: address or offset of the first byte. */
  readonly start: number;
  /** Whether the byte at an index may be shown; the others are `**` and `*`. All may, without it. */
  readonly shown?: (index: number) => boolean;
}

/**
 * The lines that `hexdump -C` prints for these bytes: 16 a line, repeated lines as one `*`, the end by itself on the last.
 * Only the first column differs: it counts from `start`, and is as wide as its largest number.
 */
export function hexdumpLines(bytes: Uint8Array, { start, shown = () => true }: HexdumpOptions): string[] {
  if (bytes.length === 0) return [];
  const end = start + bytes.length;
  const width = Math.max(8, end.toString(16).length);
  const position = (at: number) => at.toString(16).padStart(width, '0');

  const lines: string[] = [];
  let before = '';
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const content = columns(bytes, at, shown);
    if (content === before && at + PER_LINE <= bytes.length) {
      if (lines.at(-1) !== '*') lines.push('*');
    } else {
      lines.push(`${position(start + at)}  ${content}`);
    }
    before = content;
  }
  lines.push(position(end));
  return lines;
}

function columns(bytes: Uint8Array, from: number, shown: (index: number) => boolean): string {
  let hex = '';
  let text = '';
  for (let at = from; at < from + PER_LINE; at++) {
    if (at === from + PER_LINE / 2) hex += ' ';
    if (at >= bytes.length) {
      hex += '   ';
    } else if (shown(at)) {
      hex += `${bytes[at].toString(16).padStart(2, '0')} `;
      text += bytes[at] >= 0x20 && bytes[at] < 0x7f ? String.fromCharCode(bytes[at]) : '.';
    } else {
      hex += '** ';
      text += '*';
    }
  }
  return `${hex} |${text}|`;
}
