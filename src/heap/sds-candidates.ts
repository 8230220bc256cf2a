import type { Dump, Segment } from '../dump/dump.ts';
import { u64 } from '../layout/memory.ts';
import {
  EMBSTR_PAYLOAD,
  readSdsHeader,
  SDS_5,
  SDS_16,
  SDS_HEADER_SIZE,
  SDS_HEADERS,
  SDS_OLD,
  type SdsHeader,
  sdsAuxBits,
  sdsCodeOfFlags,
  sdsRequest,
} from '../layout/sds.ts';
import { glibcChunk } from '../layout/size-classes.ts';
import { allocIsMade } from './byte-scan.ts';
import { longStringOver } from './look-back.ts';
import { type Refusal, RefusalLog } from './refusals.ts';
import { plausibleText } from './text.ts';

/** A string that the byte asked about may belong to, and what speaks for it. */
export interface Candidate {
  /** Address of the payload. */
  readonly payload: number;
  readonly header: SdsHeader;
  /** The address of the robj that it is embedded in, as its own pointer says. */
  readonly object: number | undefined;
  readonly text: boolean;
  /** Its header begins on the 8-byte grid. */
  readonly onGrid: boolean;
  /** The byte before the header tells the header's size, as in front of embedded keys. */
  readonly sized: boolean;
  /** The word before it is what zmalloc of libc builds up to 4.0 puts there. */
  readonly sizePrefix: boolean;
  /** The word before it is the size of a glibc chunk that it just fits. */
  readonly chunkSize: boolean;
  readonly score: number;
}

/** What a candidate needs to be believed without a pointer to it. */
export const ENOUGH = 5;

/** Bytes before and behind the byte asked about that are looked at: more than the longest sdshdr16 string takes. */
const REACH = 66 * 1024;
/** How far back the header of a longer string is looked for. */
const FAR = 64 << 20;
const JUDGED_TEXT = 4096;
const SHORTEST_BINARY = 8;
const ROBJ_EMBSTR = 8;
const MOST_PREALLOCATED = 1 << 20;

export interface Candidates {
  /** Best first. */
  readonly list: readonly Candidate[];
  /** For each header, why nothing here has it. */
  readonly refusals: readonly Refusal[];
}

/** All strings whose header, text, NUL or free space (or whose EMBSTR object) may cover `address`, by the bytes alone. */
export function candidatesAt(dump: Dump, segment: Segment, address: number, phase: number): Candidates {
  const search = new Search(dump, segment, address, phase);
  for (let at = search.last; at > 0; at--) search.tryAt(at);
  if (!search.list.some(({ score }) => score >= ENOUGH)) {
    const lowest = Math.max(segment.start, address - FAR);
    const long = longStringOver(dump, segment, address, search.base, lowest, phase);
    if (long !== undefined) search.addLong(long.address, long.code);
  }
  search.list.sort((a, b) => b.score - a.score || byNesting(a, b));
  return { list: search.list, refusals: search.log.refusals() };
}

/** Of two equally good ones the smaller is inside the larger; but one whose text is the other's tail is no string of its own. */
function byNesting(a: Candidate, b: Candidate): number {
  const sameEnd = a.payload + a.header.len === b.payload + b.header.len;
  return sameEnd ? a.payload - b.payload : a.header.alloc - b.header.alloc;
}

const LONG_TEXT = 8;
/** Shorter text says little, by header code: wide headers have short strings only after a trim. */
const SHORT_TEXT = [3, 1, 8, 32, 32, 3];

/** The bytes around one address, and what was found in them. */
class Search {
  readonly list: Candidate[] = [];
  readonly log: RefusalLog;
  /** Address of bytes[0]. */
  readonly base: number;
  /** Last index at which a payload can begin whose header or object covers the address. */
  readonly last: number;
  readonly #dump: Dump;
  readonly #segment: Segment;
  readonly #address: number;
  readonly #phase: number;
  readonly #bytes: Uint8Array;

  constructor(dump: Dump, segment: Segment, address: number, phase: number) {
    this.#dump = dump;
    this.#segment = segment;
    this.#address = address;
    this.#phase = phase;
    this.base = Math.max(segment.start, address - REACH);
    const end = Math.min(segment.start + segment.present, address + REACH);
    const bytes = new Uint8Array(end - this.base);
    this.#bytes = bytes.subarray(0, dump.readInto(this.base, bytes));
    this.last = Math.min(this.#bytes.length, address - this.base + SDS_HEADER_SIZE[SDS_OLD] + 16);
    this.log = new RefusalLog(address);
  }

  /** Looks for a payload that begins at index `at`. */
  tryAt(at: number): void {
    const code = sdsCodeOfFlags(this.#bytes[at - 1], true);
    if (code >= 0) this.#tryHeader(at, code);
    if ((this.base + at - this.#phase) % 8 === 0) this.#tryHeader(at, SDS_OLD);
  }

  /** A string with a header that was found far before. */
  addLong(payload: number, code: number): void {
    const size = SDS_HEADER_SIZE[code];
    const bytes = new Uint8Array(32 + JUDGED_TEXT);
    const lead = Math.min(32, payload - this.#segment.start);
    const count = this.#dump.readInto(payload - lead, bytes);
    const header = count >= lead && lead >= size ? readSdsHeader(bytes, lead, code) : undefined;
    if (header !== undefined) this.#add(bytes.subarray(0, count), lead, payload, header);
  }

  #tryHeader(at: number, code: number): void {
    const header = readSdsHeader(this.#bytes, at, code);
    if (header === undefined) return;
    const payload = this.base + at;
    const { len, alloc, size } = header;
    const object = this.#objectOf(this.#bytes, at, payload, code);
    if (Math.min(payload - size, object ?? payload) > this.#address) return;
    if (code === SDS_OLD && len === 0) return;
    if (code === SDS_OLD && alloc - len > len + MOST_PREALLOCATED) {
      this.log.add(code, 'free', payload, len, alloc);
      return;
    }
    if (len > alloc) {
      this.log.add(code, 'len', payload, len, alloc);
      return;
    }
    if (payload + alloc >= this.#segment.end) {
      this.log.add(code, 'room', payload, len, alloc);
      return;
    }
    if (payload + alloc < this.#address) {
      this.log.add(code, 'reach', payload, len, alloc);
      return;
    }
    const nul = this.#byteAt(payload + len);
    if (nul !== 0) {
      this.log.add(code, 'nul', payload, len, nul);
      return;
    }
    const score = this.#add(this.#bytes, at, payload, header);
    if (score < ENOUGH) this.log.add(code, 'weak', payload, len, alloc);
  }

  /** Adds the candidate whose payload is at index `at` of `bytes`; returns its score. */
  #add(bytes: Uint8Array, at: number, payload: number, header: SdsHeader): number {
    const { code, len, alloc, size } = header;
    const judged = Math.min(len, JUDGED_TEXT, bytes.length - at);
    const text = len > 0 && plausibleText(bytes, at, at + judged, judged === len) && this.#isTextHere(payload, len);
    const start = at - size;
    const onGrid = (payload - size - this.#phase) % 8 === 0;
    const before = start >= 8 ? u64(bytes, start - 8) : 0;
    const request = sdsRequest(code, alloc);
    const object = this.#objectOf(bytes, at, payload, code);
    const sized = start >= 1 && code <= SDS_16 && bytes[start - 1] === size && start >= 17;
    const sizePrefix = onGrid && before === request;
    const chunkSize = onGrid && before - (before % 8) === glibcChunk(request);
    const made = code === SDS_5 || code === SDS_OLD || allocIsMade(code, len, alloc);
    let score = 0;
    if (text) score += len < SHORT_TEXT[code] ? 1 : 4;
    else if (onGrid && made && len >= SHORTEST_BINARY && code !== SDS_5 && code !== SDS_OLD) score += 2;
    // Length, NUL and so much text agree by chance hardly anywhere.
    if (text && len >= LONG_TEXT && code !== SDS_5) score += 1;
    if (onGrid) score += 2;
    if (made && code !== SDS_5) score += 1;
    if (object !== undefined) score += 8;
    if (sized && text) score += 2;
    if (sizePrefix) score += 4;
    if (chunkSize) score += 2;
    if (header.flags !== undefined && sdsAuxBits(header.flags) !== 0) score -= 2;
    this.list.push({ payload, header, object, text, onGrid, sized, sizePrefix, chunkSize, score });
    return score;
  }

  /** Whether a long text is text around the address too: a freed one's memory may be in use again. */
  #isTextHere(payload: number, len: number): boolean {
    if (len <= JUDGED_TEXT) return true;
    const from = Math.max(payload, this.#address - JUDGED_TEXT / 2, this.base);
    const to = Math.min(payload + len, this.#address + JUDGED_TEXT / 2, this.base + this.#bytes.length);
    let start = from - this.base;
    if (from > payload) while (start < to - this.base && (this.#bytes[start] & 0xc0) === 0x80) start++;
    return from >= to || plausibleText(this.#bytes, start, to - this.base, to === payload + len);
  }

  /** The address of the EMBSTR object around the payload, if its pointer names it. */
  #objectOf(bytes: Uint8Array, at: number, payload: number, code: number): number | undefined {
    const before = code === SDS_OLD ? 16 + SDS_HEADER_SIZE[SDS_OLD] : EMBSTR_PAYLOAD;
    if (SDS_HEADERS[code] !== 'sdshdr8' && code !== SDS_OLD) return undefined;
    if (at < before || bytes[at - before] >>> 4 !== ROBJ_EMBSTR || (bytes[at - before] & 15) !== 0) return undefined;
    return u64(bytes, at - before + 8) === payload ? payload - before : undefined;
  }

  #byteAt(address: number): number {
    const at = address - this.base;
    if (at < this.#bytes.length) return this.#bytes[at];
    const one = new Uint8Array(1);
    const inside = address < this.#segment.start + this.#segment.present;
    return inside && this.#dump.readInto(address, one) === 1 ? one[0] : -1;
  }
}
