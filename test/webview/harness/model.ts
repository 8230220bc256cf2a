import type {
  ClusterPage,
  DumpSummary,
  InspectedByte,
  MemberPage,
  Overlay,
  Row,
  RowOrder,
  RowWindow,
  WindowRequest,
} from '../../../src/analysis/api.ts';
import type { Cluster } from '../../../src/heap/clusters.ts';

/**
 * A dump of any size that exists nowhere: every byte is computed from its offset. The file begins with a page of headers in
 * no segment; three segments follow with gaps between them in memory. Strings of 80 bytes lie side by side from each
 * segment's start: an sdshdr8 (len 71), its text, a NUL and slack.
 */

export const HEADER_BYTES = 4096;
export const SLOT = 80;
export const TEXT = 71;
const SDS_HEADER = 3;
const ALLOC = 76;

interface Part {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

export interface ModelOptions {
  /** Bytes of the file. */
  readonly size: number;
  readonly raw?: boolean;
  readonly analysed?: boolean;
}

export class DumpModel {
  readonly size: number;
  readonly raw: boolean;
  readonly parts: readonly Part[];
  clusterCount = 3000;

  constructor({ size, raw = false }: ModelOptions) {
    this.size = size;
    this.raw = raw;
    this.parts = raw ? [{ start: 0, end: size, offset: 0 }] : partsOf(size);
  }

  byte(offset: number): number {
    const place = this.slotOf(offset);
    if (!place) return offset < 4 ? [0x7f, 0x45, 0x4c, 0x46][offset] : offset % 251;
    const { slot, at } = place;
    if (at === 0) return TEXT;
    if (at === 1) return ALLOC;
    if (at === 2) return 1;
    if (at < SDS_HEADER + TEXT) return textOf(slot).charCodeAt(at - SDS_HEADER);
    if (at === SDS_HEADER + TEXT) return 0;
    return 0xa5;
  }

  /** Which string slot the byte lies in and where in it; undefined in the headers. */
  slotOf(offset: number): { slot: number; at: number; start: number } | undefined {
    const part = this.parts.find(({ offset: from, start, end }) => offset >= from && offset < from + end - start);
    if (!part || offset >= this.size) return undefined;
    const slot = Math.floor((offset - part.offset) / SLOT);
    const start = part.offset + slot * SLOT;
    return { slot, at: offset - start, start };
  }

  addressOf(offset: number): number | undefined {
    const part = this.parts.find(({ offset: from, start, end }) => offset >= from && offset < from + end - start);
    return part && part.start + offset - part.offset;
  }

  summary(baseKnown = !this.raw): DumpSummary {
    const segment = ({ start, end, offset }: Part, index: number) => ({
      index,
      start,
      end,
      offset,
      present: end - start,
      promised: end - start,
      readable: true,
      writable: true,
      executable: false,
      kind: 'anonymous' as const,
      name: '',
    });
    return {
      path: '/dumps/redis.core',
      size: this.size,
      format: this.raw ? 'raw' : 'elf-core',
      machine: 'x86-64',
      process: this.raw ? undefined : { name: 'redis-server', arguments: '*:6379', pid: 4242 },
      segments: this.parts.map(segment),
      threads: 4,
      problems: [],
      baseKnown,
      server: undefined,
    };
  }

  totalRows(order: RowOrder, bytesPerRow: number): number {
    if (order === 'file') return Math.ceil(this.size / bytesPerRow);
    return this.#layout(bytesPerRow).reduce((sum, { rows, gap }) => sum + rows + (gap > 0 ? 1 : 0), 0);
  }

  rowOf(order: RowOrder, offset: number, bytesPerRow: number): number {
    if (order === 'file') return Math.floor(offset / bytesPerRow);
    let row = 0;
    for (const { part, rows, gap, lead } of this.#layout(bytesPerRow)) {
      if (gap > 0) row++;
      const inside = offset - part.offset;
      if (inside < part.end - part.start) return row + Math.max(0, Math.floor((inside + lead) / bytesPerRow));
      row += rows;
    }
    return Math.max(0, row - 1);
  }

  row(order: RowOrder, number: number, bytesPerRow: number): Row {
    if (order === 'file') {
      const offset = number * bytesPerRow;
      const length = Math.min(bytesPerRow, this.size - offset);
      return { kind: 'bytes', offset, address: this.addressOf(offset), lead: 0, length };
    }
    let first = 0;
    for (const { part, rows, gap, lead } of this.#layout(bytesPerRow)) {
      if (gap > 0 && number === first) {
        return { kind: 'gap', label: `${gap} bytes not mapped`, address: part.start - gap, length: gap };
      }
      if (gap > 0) first++;
      if (number < first + rows) {
        const begin = Math.max(0, (number - first) * bytesPerRow - lead);
        const ownLead = number === first ? lead : 0;
        const length = Math.min(bytesPerRow - ownLead, part.end - part.start - begin);
        return { kind: 'bytes', offset: part.offset + begin, address: part.start + begin, lead: ownLead, length };
      }
      first += rows;
    }
    throw new Error(`no row ${number}`);
  }

  window({ order, firstRow, rowCount, bytesPerRow }: WindowRequest): RowWindow {
    const totalRows = this.totalRows(order, bytesPerRow);
    const rows: Row[] = [];
    for (let number = firstRow; number < Math.min(totalRows, firstRow + rowCount); number++) {
      rows.push(this.row(order, number, bytesPerRow));
    }
    const bytes: number[] = [];
    const overlays = new Map<number, Overlay[]>();
    for (const row of rows) {
      if (row.kind === 'gap') continue;
      for (let index = 0; index < row.length; index++) {
        bytes.push(this.byte(row.offset + index));
        const place = this.slotOf(row.offset + index);
        if (place && !overlays.has(place.start)) overlays.set(place.start, this.overlaysOf(place.start, place.slot));
      }
    }
    return { totalRows, rows, bytes: Uint8Array.from(bytes).buffer, overlays: [...overlays.values()].flat() };
  }

  /** Outer before inner; every fifth string leaked, every seventh freed. */
  overlaysOf(start: number, slot: number): Overlay[] {
    const verdict = slot % 5 === 0 ? 'leaked' : slot % 7 === 0 ? 'freed' : 'live';
    const text = start + SDS_HEADER;
    return [
      { start, end: start + SLOT, field: 'region', label: `region of ${SLOT} bytes`, verdict },
      { start, end: start + 1, field: 'sds.len', label: `len ${TEXT}` },
      { start: start + 1, end: start + 2, field: 'sds.alloc', label: `alloc ${ALLOC}` },
      { start: start + 2, end: text, field: 'sds.flags', label: 'flags 0x01: type 1 = sdshdr8, upper bits 0' },
      { start: text, end: text + TEXT, field: 'sds.payload', label: `text of ${TEXT} bytes`, verdict },
      { start: text + TEXT, end: text + TEXT + 1, field: 'sds.nul', label: 'NUL after the text' },
      { start: text + TEXT + 1, end: start + SLOT, field: 'sds.slack', label: `slack up to ${SLOT} bytes` },
    ];
  }

  inspect(offset: number): InspectedByte {
    const place = this.slotOf(offset);
    const at = (index: number) => BigInt(this.byte(Math.min(this.size - 1, offset + index)));
    const wide = (bytes: number, little: boolean) => {
      let value = 0n;
      for (let index = 0; index < bytes; index++) value = (value << 8n) | at(little ? bytes - 1 - index : index);
      return String(value);
    };
    return {
      offset,
      address: this.addressOf(offset),
      segment: place ? '[heap] 0x7f2a40000000–0x7f2a50000000 rw-' : undefined,
      fields: place
        ? this.overlaysOf(place.start, place.slot).filter(({ start, end }) => start <= offset && offset < end)
        : [],
      values: [
        ...[1, 2, 4, 8].map(bytes => ({
          name: `uint${bytes * 8}`,
          little: wide(bytes, true),
          big: wide(bytes, false),
        })),
        { name: 'pointer', little: '0x3030303a72656472, not mapped', big: '0x726465723a303030, not mapped' },
        { name: 'Unix time (s, 32 bit)', little: '2030-10-26T12:17:54.000Z', big: '-' },
      ],
      verdict: place ? (place.slot % 5 === 0 ? 'leaked' : 'live') : undefined,
    };
  }

  clusters(first: number, count: number): ClusterPage {
    const total = this.clusterCount;
    const clusters = Array.from({ length: Math.max(0, Math.min(count, total - first)) }, (_, index) =>
      cluster(first + index),
    );
    return { total, clusters };
  }

  members(id: number, first: number, count: number): MemberPage {
    const total = cluster(id).count;
    const members = Array.from({ length: Math.max(0, Math.min(count, total - first)) }, (_, index) => {
      const slot = first + index;
      const start = this.parts[0].offset + slot * SLOT;
      return {
        offset: start + SDS_HEADER,
        address: this.addressOf(start + SDS_HEADER) ?? 0,
        length: TEXT,
        verdict: slot % 5 === 0 ? ('leaked' as const) : ('live' as const),
        text: textOf(slot),
      };
    });
    return { total, members };
  }

  #layout(bytesPerRow: number): { part: Part; rows: number; gap: number; lead: number }[] {
    return this.parts.map((part, index) => {
      const lead = part.start % bytesPerRow;
      const gap = index === 0 ? 0 : part.start - this.parts[index - 1].end;
      return { part, lead, gap, rows: Math.ceil((lead + part.end - part.start) / bytesPerRow) };
    });
  }
}

export function textOf(slot: number): string {
  return `user:${String(slot).padStart(12, '0')}:profile:cache:${'HLOTS'[slot % 5].repeat(TEXT - 32)}`;
}

function cluster(id: number): Cluster {
  const count = id === 0 ? 50_000 : Math.max(2, Math.floor(9000 / id));
  const leaked = Math.floor(count / 5);
  return {
    id,
    header: id % 4 === 3 ? 'embstr' : 'sdshdr8',
    sizeClass: SLOT + (id % 8) * 16,
    stride: SLOT + (id % 8) * 16,
    count,
    bytes: count * (SLOT + (id % 8) * 16),
    minLength: 61,
    maxLength: 87,
    fill: 1 / (1 + (id % 10) / 9),
    byVerdict: { leaked: { count: leaked, bytes: leaked * SLOT }, live: { count: count - leaked, bytes: 0 } },
    first: 0,
    samples: [textOf(id)],
  };
}

/** The last segment begins in the middle of a row. */
function partsOf(size: number): Part[] {
  const body = size - HEADER_BYTES;
  const first = Math.floor(body / 2 / 4096) * 4096;
  const second = Math.min(8192, body - first);
  const third = body - first - second;
  const base = 0x7f2a_4000_0000;
  return [
    { start: base, end: base + first, offset: HEADER_BYTES },
    { start: base + first + 65_536, end: base + first + 65_536 + second, offset: HEADER_BYTES + first },
    {
      start: base + first + 0x100_0005,
      end: base + first + 0x100_0005 + third,
      offset: HEADER_BYTES + first + second,
    },
  ].filter(({ start, end }) => end > start);
}
