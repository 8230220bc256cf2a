import { EMBSTR_PAYLOAD, SDS_HEADER_SIZE, sdsRequest } from '../layout/sds.ts';
import { jemallocClass } from '../layout/size-classes.ts';
import { ClusterGroup } from './cluster-group.ts';
import type { ClusterTable } from './clusters.ts';
import { type Findings, HEADERS, type StringColumns } from './findings.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { KIND_EMBSTR, KIND_SDS, ownerCode } from './kinds.ts';
import { sharedU32 } from './shared-array.ts';
import { NO_SLAB, SlabWalk } from './slab-walk.ts';

const EMBEDDED = ownerCode('embedded');

/** Where a string lies: by itself, in an EMBSTR object, in another block. */
const ALONE = 0;
const IN_EMBSTR = 1;
const IN_BLOCK = 2;
const PLACES = 3;

/** Strings grouped between two looks at the hooks. */
const BATCH = 1 << 16;

/**
 * Groups the strings of `findings` by header, kind of place and size class (without an allocator: the class their size
 * rounds up to). Linear in the number of strings, one pass to group and one to list the members.
 * Throws Cancelled.
 */
export function buildClusters(
  findings: Pick<Findings, 'strings' | 'regions' | 'regionKind'>,
  hooks: AnalysisHooks,
): ClusterTable {
  const { strings, regions } = findings;
  const grouping = regions === undefined ? bySize(strings, hooks) : byRegion(findings, hooks);
  const { groups, groupOf } = grouping;
  const order = groups
    .map((_, place) => place)
    .sort(
      (a, b) =>
        groups[b].leaked - groups[a].leaked || groups[b].inUse - groups[a].inUse || groups[b].bytes - groups[a].bytes,
    );
  const firstMember = sharedU32(groups.length + 1);
  const next = new Uint32Array(groups.length);
  let from = 0;
  for (const [id, place] of order.entries()) {
    firstMember[id] = from;
    next[place] = from;
    from += groups[place].count;
  }
  firstMember[groups.length] = from;
  const members = sharedU32(strings.count);
  for (let index = 0; index < strings.count; index++) {
    if (index % BATCH === 0) step(hooks, 0.7 + 0.3 * (index / strings.count));
    members[next[groupOf[index]]++] = index;
  }
  const rows = order.map((place, id) => {
    const group = groups[place];
    if (group.needsSlots) {
      for (let at = firstMember[id]; at < firstMember[id + 1]; at++) group.passSlot(strings.address[members[at]]);
    }
    return group.row(id);
  });
  return { rows, members, firstMember };
}

interface Grouping {
  readonly groups: readonly ClusterGroup[];
  /** Place of its group, per string. */
  readonly groupOf: Uint16Array;
}

/** One ClusterGroup per header, place and size class, made when its first member comes. */
class Groups {
  readonly list: ClusterGroup[] = [];
  readonly #byKey = new Map<number, number>();

  place(header: number, where: number, size: number, sizeClass: number): number {
    const key = (size * PLACES + where) * HEADERS.length + header;
    let place = this.#byKey.get(key);
    if (place === undefined) {
      place = this.list.length;
      this.#byKey.set(key, place);
      this.list.push(new ClusterGroup(nameOf(header, where), sizeClass));
    }
    return place;
  }
}

function nameOf(header: number, where: number): string {
  if (where === IN_EMBSTR) return 'embstr';
  return where === IN_BLOCK ? `${HEADERS[header]} in an object` : HEADERS[header];
}

function placeInRegion(kind: number): number {
  if (kind === KIND_EMBSTR) return IN_EMBSTR;
  return kind === KIND_SDS ? ALONE : IN_BLOCK;
}

function placeWithoutRegion(ownerKind: number): number {
  return ownerKind === EMBEDDED ? IN_EMBSTR : ALONE;
}

function byRegion(
  { strings, regions, regionKind }: Pick<Findings, 'strings' | 'regions' | 'regionKind'>,
  hooks: AnalysisHooks,
): Grouping {
  const { count, address, length, alloc, header, region, verdict, ownerKind } = strings;
  const groups = new Groups();
  const groupOf = new Uint16Array(count);
  const walk = new SlabWalk(regions!.slabs);
  // Within one slab all members of a header share a group: the look-up is done once per slab.
  const perSlab = new Int32Array(HEADERS.length * PLACES);
  let current = NO_SLAB - 1;
  let slots = 0;
  for (let index = 0; index < count; index++) {
    if (index % BATCH === 0) step(hooks, 0.7 * (index / count));
    const slab = walk.slabOf(region[index]);
    if (slab !== current) {
      current = slab;
      perSlab.fill(-1);
      slots = slab === NO_SLAB || regions!.slabs.regions[slab] === 1 ? 0 : regions!.slabs.regions[slab];
    }
    const where = slab === NO_SLAB ? placeWithoutRegion(ownerKind[index]) : placeInRegion(regionKind[region[index]]);
    const size = slab === NO_SLAB ? 0 : regions!.slabs.regionSize[slab];
    const cached = where * HEADERS.length + header[index];
    let place = perSlab[cached];
    if (place < 0) {
      place = groups.place(header[index], where, size, size);
      perSlab[cached] = place;
      groups.list[place].addSlab(slots);
    }
    groupOf[index] = place;
    const bytes = size === 0 || where === IN_BLOCK ? sdsRequest(header[index], alloc[index]) : size;
    groups.list[place].add(address[index], length[index], bytes, verdict[index]);
  }
  return { groups: groups.list, groupOf };
}

function bySize(strings: StringColumns, hooks: AnalysisHooks): Grouping {
  const { count, address, length, alloc, header, verdict, ownerKind } = strings;
  const groups = new Groups();
  const groupOf = new Uint16Array(count);
  const quantum = likelyQuantum(strings);
  for (let index = 0; index < count; index++) {
    if (index % BATCH === 0) step(hooks, 0.7 * (index / count));
    const where = placeWithoutRegion(ownerKind[index]);
    const bytes = sdsRequest(header[index], alloc[index]) + (where === IN_EMBSTR ? 16 : 0);
    const place = groups.place(header[index], where, jemallocClass(bytes, quantum), 0);
    groupOf[index] = place;
    groups.list[place].add(address[index], length[index], bytes, verdict[index]);
  }
  return { groups: groups.list, groupOf };
}

/** 16 where all but a few strings start on the 16-byte grid, else 8. */
function likelyQuantum({ count, address, header, ownerKind }: StringColumns): number {
  let off = 0;
  for (let index = 0; index < count; index++) {
    const before = ownerKind[index] === EMBEDDED ? EMBSTR_PAYLOAD : SDS_HEADER_SIZE[header[index]];
    if ((address[index] - before) % 16 !== 0) off++;
  }
  return off * 20 > count ? 8 : 16;
}
