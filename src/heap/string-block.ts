import { type RegionTable, slabOfRegion } from '../allocator/regions.ts';
import { EMBSTR_PAYLOAD, SDS_HEADER_SIZE, SDS_OLD } from '../layout/sds.ts';
import { type Findings, NO_REGION } from './findings.ts';
import { KIND_EMBSTR, KIND_SDS, ownerCode } from './kinds.ts';

const EMBEDDED = ownerCode('embedded');
const OBJECT_SIZE = 16;

/** The memory that belongs to one string of the findings. */
export interface StringBlock {
  /** Addresses [start, end): of its region where that is the string's alone, else of header, text and free space. */
  readonly start: number;
  readonly end: number;
  /** The region that holds it; undefined where none is known. */
  readonly region: { readonly start: number; readonly end: number } | undefined;
  /** The region holds this string (and the EMBSTR object it is in) and nothing else: what is left of it is slack. */
  readonly alone: boolean;
  /** Address of the EMBSTR object it is in. */
  readonly object: number | undefined;
}

/** The block of string `index`. Other blocks, such as a hash entry with field and value, may hold several strings. */
export function blockOf({ strings, regions, regionKind }: Findings, index: number): StringBlock {
  const payload = strings.address[index];
  const code = strings.header[index];
  const start = payload - SDS_HEADER_SIZE[code];
  const end = payload + strings.alloc[index] + 1;
  const id = strings.region[index];
  const beforeText = OBJECT_SIZE + (code === SDS_OLD ? SDS_HEADER_SIZE[SDS_OLD] : EMBSTR_PAYLOAD - OBJECT_SIZE);
  if (regions === undefined || id === NO_REGION) {
    const object = strings.ownerKind[index] === EMBEDDED ? payload - beforeText : undefined;
    return { start: object ?? start, end, region: undefined, alone: false, object };
  }
  const region = regionBounds(regions, id);
  if (regionKind[id] === KIND_EMBSTR && payload - region.start === beforeText) {
    return { ...region, region, alone: true, object: region.start };
  }
  const spread = start - region.start;
  const begins = spread === 0 || (spread > 0 && spread <= (regions.startSpread ?? 0) && spread % 64 === 0);
  const shared = strings.region[index - 1] === id || strings.region[index + 1] === id;
  const alone = regionKind[id] === KIND_SDS && begins && !shared;
  return { start, end: alone ? region.end : end, region, alone, object: undefined };
}

/** Start and end address of a region. */
export function regionBounds({ slabs }: RegionTable, id: number): { readonly start: number; readonly end: number } {
  const slab = slabOfRegion(slabs, id);
  const start = slabs.base[slab] + (id - slabs.firstRegion[slab]) * slabs.regionSize[slab];
  return { start, end: start + slabs.regionSize[slab] };
}
