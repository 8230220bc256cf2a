import type { Dump } from '../dump/dump.ts';
import { sdsRequest } from '../layout/sds.ts';
import { ClusterGroup } from './cluster-group.ts';
import type { ClusterRow, ClusterTable } from './clusters.ts';
import type { FamilyTable } from './families.ts';
import { FamilyGroup } from './family-group.ts';
import { fileTemplates, type TemplateMemory } from './file-templates.ts';
import { type Findings, NO_REGION, OWNER_KINDS, VERDICTS } from './findings.ts';
import { type AnalysisHooks, partOf, step } from './hooks.ts';
import { sharedU16 } from './shared-array.ts';
import { NO_SLAB, SlabWalk } from './slab-walk.ts';

const BATCH = 1 << 16;
const OBJECT_SIZE = 16;
const isLeaked = VERDICTS.map(verdict => verdict.startsWith('leaked'));
/** Owners that are an entry, a node or an object of a few words, made for what they hold. */
const HOLDERS = ['key', 'expires', 'object', 'field', 'value', 'member', 'zset-member', 'list-node'];
const isHolder = OWNER_KINDS.map(kind => HOLDERS.includes(kind));

/** Groups the strings by the templates of their text, and each family's by its clusters. Reads all texts twice. Throws Cancelled. */
export function buildFamilies(
  dump: Dump,
  findings: Pick<Findings, 'strings' | 'regions'>,
  clusters: ClusterTable,
  hooks: AnalysisHooks,
  memory?: TemplateMemory,
): FamilyTable {
  const { strings } = findings;
  const { texts, of } = fileTemplates(dump, strings, partOf(hooks, 0, 0.8), memory);
  const groups = texts.map(() => new FamilyGroup());
  const counting = partOf(hooks, 0.8, 1);
  for (const row of clusters.rows) {
    step(counting, clusters.firstMember[row.id] / Math.max(1, strings.count));
    countCluster(findings, clusters, row, of, groups, counting);
  }
  const order = texts
    .map((_, place) => place)
    .filter(place => groups[place].count > 0)
    .sort((a, b) => groups[b].leakedBytes - groups[a].leakedBytes || groups[b].bytes - groups[a].bytes);
  const familyOf = sharedU16(strings.count);
  const placeOf = new Uint16Array(texts.length);
  for (const [id, place] of order.entries()) placeOf[place] = id;
  for (let index = 0; index < strings.count; index++) familyOf[index] = placeOf[of[index]];
  return { rows: order.map((place, id) => groups[place].row(id, texts[place])), familyOf };
}

/** Parts one cluster's members among the families. */
function countCluster(
  { strings, regions }: Pick<Findings, 'strings' | 'regions'>,
  { members, firstMember }: ClusterTable,
  { id, header, sizeClass }: ClusterRow,
  of: Uint16Array,
  families: readonly FamilyGroup[],
  hooks: AnalysisHooks,
): void {
  const inObject = header === 'embstr';
  // Where the region holds more than the string, or none is known, the string counts what it asked for: see build-clusters.ts.
  const byRequest = sizeClass === 0 || regions === undefined || header.endsWith(' in an object');
  const groups: (ClusterGroup | undefined)[] = families.map(() => undefined);
  const lastSlab = new Int32Array(families.length).fill(NO_SLAB);
  const walk = regions && new SlabWalk(regions.slabs);
  const owners = regions && new SlabWalk(regions.slabs);
  const { address, length, alloc, region, verdict, owner, ownerKind } = strings;
  for (let at = firstMember[id]; at < firstMember[id + 1]; at++) {
    if (at % BATCH === 0) step(hooks, at / strings.count);
    const index = members[at];
    const family = of[index];
    let group = groups[family];
    if (group === undefined) {
      group = new ClusterGroup(header, sizeClass);
      groups[family] = group;
      families[family].clusters.push(group);
    }
    const slab = walk === undefined ? NO_SLAB : walk.slabOf(region[index]);
    if (slab !== lastSlab[family]) {
      lastSlab[family] = slab;
      if (regions!.slabs.regions[slab] > 1) group.addSlab(regions!.slabs.regions[slab]);
    }
    const request =
      sdsRequest(strings.header[index], alloc[index]) + (inObject && regions === undefined ? OBJECT_SIZE : 0);
    group.add(address[index], length[index], byRequest ? request : sizeClass, verdict[index]);
    const held = owner[index] !== NO_REGION && owner[index] !== region[index] && isHolder[ownerKind[index]];
    const holder = held && owners !== undefined ? regions!.slabs.regionSize[owners.slabOf(owner[index])] : 0;
    families[family].add(
      index,
      address[index],
      length[index],
      strings.header[index],
      inObject,
      isLeaked[verdict[index]],
      holder,
    );
  }
  if (!groups.some(group => group?.needsSlots)) return;
  for (let at = firstMember[id]; at < firstMember[id + 1]; at++) {
    const group = groups[of[members[at]]]!;
    if (group.needsSlots) group.passSlot(address[members[at]]);
  }
}
