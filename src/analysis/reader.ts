import { CachedDump } from '../dump/cached-dump.ts';
import type { WatchedSource } from '../dump/composite-source.ts';
import { type Dump, DumpError, type Problem } from '../dump/dump.ts';
import { openDumpFiles } from '../dump/open-files.ts';
import { addressRows, fileRows, type RowOrdering } from '../dump/rows.ts';
import { sizeText } from '../dump/size-text.ts';
import { clusterPage, memberPage } from '../heap/cluster-pages.ts';
import { decodeSdsAt } from '../heap/decode-sds.ts';
import { familyPage } from '../heap/family-pages.ts';
import { findWord } from '../heap/find-word.ts';
import type { Findings } from '../heap/findings.ts';
import { overlaysIn } from '../heap/overlays.ts';
import { serverFromOption } from '../heap/server-identity.ts';
import type {
  ClusterPage,
  DecodeResult,
  DumpSummary,
  FamilyPage,
  GoToTarget,
  InspectedByte,
  MemberPage,
  OpenOptions,
  Overlay,
  ReaderApi,
  Row,
  RowOrder,
  RowWindow,
  WindowRequest,
} from './api.ts';
import { goTo } from './go-to.ts';
import { inSlices, type SliceHooks } from './in-slices.ts';
import { readingsOf } from './readings.ts';
import { checkWidth, fileRanges, readWindow } from './row-window.ts';

const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_READING = 8;
const NO_HOOKS: SliceHooks = { progress() {}, cancelled: () => false };

/** One open dump. */
interface Opened {
  readonly source: WatchedSource;
  readonly dump: CachedDump;
  readonly orders: Readonly<Record<RowOrder, () => RowOrdering>>;
}

/** Answers questions about one dump, each from the file as it is now. Knows nothing of threads. */
export class DumpReader implements ReaderApi {
  #opened: Opened | undefined;
  #findings: Findings | undefined;

  /** Opens a dump, in place of the one that was open. Throws DumpError. */
  open(path: string, options: OpenOptions): DumpSummary {
    this.close();
    const { source, dump: opened } = openDumpFiles(path, options);
    try {
      const dump = new CachedDump(opened);
      this.#opened = {
        source,
        dump,
        orders: { file: once(() => fileRows(dump)), address: once(() => addressRows(dump)) },
      };
      return summaryOf(path, dump, options);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  window(request: WindowRequest): RowWindow {
    const { source, dump, orders } = this.#current();
    const window = readWindow(source, orders[request.order](), request);
    return { ...window, overlays: this.#overlaysOf(dump, window.rows) };
  }

  rowOf(order: RowOrder, offset: number, bytesPerRow: number): number {
    checkWidth(bytesPerRow);
    return this.#current().orders[order]().rowOf(offset, bytesPerRow);
  }

  offsetOfRow(order: RowOrder, row: number, bytesPerRow: number): number {
    checkWidth(bytesPerRow);
    return this.#current().orders[order]().offsetOfRow(row, bytesPerRow);
  }

  goTo(text: string, from: number): GoToTarget {
    return goTo(this.#current().dump, text, from);
  }

  inspect(offset: number): InspectedByte {
    const { dump } = this.#current();
    const address = dump.addressOf(offset);
    const bytes = new Uint8Array(this.bytes(offset, Math.min(offset + LONGEST_READING, dump.source.size)));
    const fields = this.overlays(offset, offset + 1).filter(({ start, end }) => start <= offset && offset < end);
    return {
      offset,
      address,
      segment: address === undefined ? undefined : segmentName(dump, address),
      fields,
      values: readingsOf(bytes, dump),
      verdict: fields.findLast(field => field.verdict !== undefined)?.verdict,
    };
  }

  bytes(start: number, end: number): ArrayBuffer {
    const { source } = this.#current();
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
      throw new RangeError(`[${start}, ${end}) is no range of the file`);
    }
    if (end - start > MOST_BYTES) {
      throw new DumpError(
        `At most ${sizeText(MOST_BYTES)} can be read at once; ${sizeText(end - start)} were asked for.`,
      );
    }
    const bytes = new Uint8Array(end - start);
    const count = source.read(start, bytes);
    return count === bytes.length ? bytes.buffer : bytes.buffer.slice(0, count);
  }

  overlays(start: number, end: number): Overlay[] {
    return overlaysIn(this.#current().dump, start, end, this.#findings);
  }

  async decode(offset: number, hooks: SliceHooks = NO_HOOKS): Promise<DecodeResult> {
    const { dump } = this.#current();
    return decodeSdsAt(dump, offset, {
      findings: this.#findings,
      wordPointsAt: (value, counts) => inSlices(findWord(dump, value, counts), hooks),
    });
  }

  clusters(first: number, count: number): ClusterPage {
    const { dump } = this.#current();
    return this.#findings === undefined ? { total: 0, clusters: [] } : clusterPage(dump, this.#findings, first, count);
  }

  families(first: number, count: number): FamilyPage {
    const { dump } = this.#current();
    return this.#findings === undefined ? { total: 0, families: [] } : familyPage(dump, this.#findings, first, count);
  }

  members(cluster: number, first: number, count: number): MemberPage {
    const { dump } = this.#current();
    if (this.#findings === undefined) return { total: 0, members: [] };
    return memberPage(dump, this.#findings, cluster, first, count);
  }

  check(): Problem | undefined {
    return this.#current().source.changed();
  }

  useFindings(findings: Findings): void {
    this.#findings = findings;
  }

  /** Of the bytes in these rows; none where the file cannot be read, which the rows themselves say. */
  #overlaysOf(dump: Dump, rows: readonly Row[]): Overlay[] {
    const overlays = new Map<string, Overlay>();
    try {
      for (const { start, end } of fileRanges(rows)) {
        for (const overlay of overlaysIn(dump, start, end, this.#findings)) {
          // One that reaches over the edge of a range is found from both sides.
          overlays.set(`${overlay.start} ${overlay.end} ${overlay.field}`, overlay);
        }
      }
    } catch (error) {
      if (!(error instanceof DumpError)) throw error;
    }
    return [...overlays.values()];
  }

  close(): void {
    this.#opened?.source.close();
    this.#opened = undefined;
    this.#findings = undefined;
  }

  /** The open dump; what was kept of the file is forgotten, so that each answer shows it as it is now. */
  #current(): Opened {
    if (this.#opened === undefined) throw new DumpError('No dump is open.');
    this.#opened.dump.forget();
    return this.#opened;
  }
}

function summaryOf(path: string, dump: Dump, options: OpenOptions): DumpSummary {
  return {
    path,
    size: dump.source.size,
    format: dump.format,
    machine: dump.machine,
    process: dump.process,
    segments: dump.segments,
    threads: dump.threads.length,
    problems: dump.problems,
    baseKnown: dump.baseKnown,
    ranges: dump.ranges,
    // What the dump itself says of it takes a pass over all memory: the analysis does that.
    server: serverFromOption(options.server ?? ''),
  };
}

/** The table of address order takes a while where there are very many segments, and not everybody asks for it. */
function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function segmentName(dump: Dump, address: number): string | undefined {
  const segment = dump.segmentAt(address);
  if (segment === undefined) return undefined;
  return segment.name === '' ? 'anonymous memory' : segment.name;
}
