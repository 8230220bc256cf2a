import { type Ranges, type RegionTable, testBit } from '../allocator/regions.ts';
import {
  type Findings,
  NO_REGION,
  OWNER_KINDS,
  type OwnerKind,
  REGION_KINDS,
  type RegionKind,
  VERDICTS,
} from './findings.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { KIND_EMBSTR, KIND_SDS } from './kinds.ts';

/** Bytes of the heap by what they are. */
export interface Ledger {
  /** Bytes the allocator holds, used or not: the sum of the lines. */
  readonly total: number;
  /** In a fixed order; lines of 0 bytes are left out. */
  readonly lines: readonly { readonly name: string; readonly bytes: number }[];
}

const NAMES = {
  keys: 'names of keys',
  strings: 'values: strings and objects',
  hashes: 'values: fields and values of hashes',
  sets: 'values: members of sets',
  sorted: 'values: members and nodes of sorted sets',
  lists: 'values: lists',
  streams: 'values: streams',
  packed: 'values: packed (listpack, ziplist, intset)',
  tables: 'entries and tables',
  trees: 'radix trees',
  clients: 'clients and their buffers',
  others: 'other strings',
  unknown: 'in use, of unknown kind',
  leaked: 'leaked',
  cached: 'thread caches',
  free: 'free regions',
  metadata: 'allocator metadata',
  unused: 'pages in no region',
} as const;
type Line = keyof typeof NAMES;

const BY_KIND: Readonly<Record<Exclude<RegionKind, 'sds' | 'embstr'>, Line>> = {
  unknown: 'unknown',
  robj: 'strings',
  dictEntry: 'tables',
  dict: 'tables',
  dictTable: 'tables',
  quicklist: 'lists',
  quicklistNode: 'lists',
  listpack: 'packed',
  ziplist: 'packed',
  intset: 'packed',
  zskiplist: 'sorted',
  zskiplistNode: 'sorted',
  rax: 'trees',
  raxNode: 'trees',
  stream: 'streams',
  list: 'lists',
  listNode: 'lists',
  client: 'clients',
  clientReply: 'clients',
  kvobj: 'strings',
  hashtable: 'tables',
  hashtableBucket: 'tables',
  hashEntry: 'hashes',
};

const BY_OWNER: Readonly<Record<OwnerKind, Line>> = {
  none: 'others',
  key: 'keys',
  expires: 'keys',
  object: 'strings',
  embedded: 'strings',
  field: 'hashes',
  value: 'hashes',
  member: 'sets',
  'zset-member': 'sorted',
  'list-node': 'others',
  rax: 'others',
  client: 'clients',
  other: 'others',
};

const ORDER = Object.keys(NAMES) as Line[];
const lineOfKind = REGION_KINDS.map(kind =>
  ORDER.indexOf(kind === 'sds' || kind === 'embstr' ? 'others' : BY_KIND[kind]),
);
const lineOfOwner = OWNER_KINDS.map(kind => ORDER.indexOf(BY_OWNER[kind]));
const isLeaked = VERDICTS.map(verdict => verdict.startsWith('leaked'));
const BATCH = 1 << 16;

/** The heap's ledger; undefined where no allocator was recovered. Throws Cancelled. */
export function heapLedger(
  {
    strings,
    regions,
    regionKind,
    regionVerdict,
  }: Pick<Findings, 'strings' | 'regions' | 'regionKind' | 'regionVerdict'>,
  hooks: AnalysisHooks,
): Ledger | undefined {
  if (regions === undefined) return undefined;
  const bytes = new Float64Array(ORDER.length);
  const add = (line: Line, size: number) => {
    bytes[ORDER.indexOf(line)] += size;
  };
  const lineOf = stringLines(regions, regionKind, strings);
  let inRegions = 0;
  const { slabs, allocated, cached } = regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    const first = slabs.firstRegion[slab];
    if (slab % 1024 === 0) step(hooks, slab / slabs.count);
    inRegions += size * slabs.regions[slab];
    for (let id = first; id < first + slabs.regions[slab]; id++) {
      if (id % BATCH === 0) step(hooks, slab / slabs.count);
      if (!testBit(allocated, id)) add('free', size);
      else if (testBit(cached, id)) add('cached', size);
      else if (isLeaked[regionVerdict[id]]) add('leaked', size);
      else bytes[lineOf[id]] += size;
    }
  }
  const metadata = covered([regions.metadata]);
  const total = covered([regions.owned, regions.metadata, slabRanges(regions)]);
  add('metadata', metadata);
  add('unused', total - metadata - inRegions);
  const lines = ORDER.map((line, at) => ({ name: NAMES[line], bytes: bytes[at] })).filter(line => line.bytes !== 0);
  return { total, lines };
}

/** Line per region: strings count by who holds them, everything else by its kind. */
function stringLines({ count }: RegionTable, regionKind: Uint8Array, strings: Findings['strings']): Uint8Array {
  const lines = new Uint8Array(count);
  for (let id = 0; id < count; id++) lines[id] = lineOfKind[regionKind[id]];
  for (let index = 0; index < strings.count; index++) {
    const id = strings.region[index];
    if (id === NO_REGION) continue;
    if (regionKind[id] === KIND_SDS || regionKind[id] === KIND_EMBSTR)
      lines[id] = lineOfOwner[strings.ownerKind[index]];
  }
  return lines;
}

function slabRanges({ slabs }: RegionTable): Ranges {
  const end = new Float64Array(slabs.count);
  for (let slab = 0; slab < slabs.count; slab++)
    end[slab] = slabs.base[slab] + slabs.regionSize[slab] * slabs.regions[slab];
  return { start: slabs.base, end };
}

/** Bytes that at least one of the ranges covers. */
function covered(ranges: readonly Ranges[]): number {
  const all = ranges.flatMap(({ start, end }) => Array.from(start, (from, at) => [from, end[at]] as const));
  all.sort((a, b) => a[0] - b[0]);
  let sum = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of all) {
    if (to <= until) continue;
    sum += to - Math.max(from, until);
    until = to;
  }
  return sum;
}
