import { slabOfRegion } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { type Findings, HEADERS, NO_DATABASE, NO_REGION, OWNER_KINDS, VERDICTS } from '../heap/findings.ts';
import { hashSlot } from '../layout/hash-slot.ts';

/** One line of `--strings`: every string of the dump, in address order. */
export interface StringLine {
  /** The payload's address (the sds pointer): '0x' and lower-case hex. */
  readonly address: string;
  /** The payload's offset in the file; null where the dump does not hold it. */
  readonly offset: number | null;
  readonly header: string;
  /** Bytes of text, and bytes there is room for. */
  readonly len: number;
  readonly alloc: number;
  /** Start of the allocator's region it lies in, or null. */
  readonly region: string | null;
  /** Bytes of that region, or null. */
  readonly sizeClass: number | null;
  readonly owner: { readonly kind: string; readonly address: string } | null;
  readonly verdict: string;
  /** Of a key: the number of its database, where that is known. */
  readonly database?: number;
  /** Of a key: its hash slot, in a cluster; left out when masked. */
  readonly slot?: number;
  /** The payload as UTF-8; left out when masked. */
  readonly text?: string;
  /** The payload where it is not UTF-8; left out when masked. */
  readonly base64?: string;
}

const hex = (address: number) => `0x${address.toString(16)}`;

/** All strings as JSON lines (each ends with a newline), in pieces of about 64 KiB. With `mask` no byte of a payload is in them. */
export function* stringLines(dump: Dump, findings: Findings, mask: boolean): Generator<string> {
  const { strings, regions } = findings;
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let payload = new Uint8Array(4096);
  let piece = '';
  const place = (id: number) => {
    if (regions === undefined || id === NO_REGION) return undefined;
    const slab = slabOfRegion(regions.slabs, id);
    const size = regions.slabs.regionSize[slab];
    return { start: regions.slabs.base[slab] + (id - regions.slabs.firstRegion[slab]) * size, size };
  };
  for (let i = 0; i < strings.count; i++) {
    const address = strings.address[i];
    const length = strings.length[i];
    const region = place(strings.region[i]);
    const owner = place(strings.owner[i]);
    const isKey = OWNER_KINDS[strings.ownerKind[i]] === 'key';
    const database = strings.database?.[i] ?? NO_DATABASE;
    let slot = {};
    let content = {};
    if (!mask) {
      if (payload.length < length) payload = new Uint8Array(length * 2);
      const bytes = payload.subarray(0, dump.readInto(address, payload.subarray(0, length)));
      content = textOrBase64(utf8, bytes);
      if (isKey) slot = { slot: hashSlot(bytes) };
    }
    const line: StringLine = {
      address: hex(address),
      offset: dump.offsetOf(address) ?? null,
      header: HEADERS[strings.header[i]],
      len: length,
      alloc: strings.alloc[i],
      region: region === undefined ? null : hex(region.start),
      sizeClass: region?.size ?? null,
      owner: owner === undefined ? null : { kind: OWNER_KINDS[strings.ownerKind[i]], address: hex(owner.start) },
      verdict: VERDICTS[strings.verdict[i]],
      ...(database === NO_DATABASE ? {} : { database }),
      ...slot,
      ...content,
    };
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length > 65_536) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

function textOrBase64(
  utf8: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
): { text: string } | { base64: string } {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') };
  }
}
