import type { Dump } from '../dump/dump.ts';
import { hashSlot } from '../layout/hash-slot.ts';
import type { Attribution } from './attribution.ts';
import type { FamilyTable } from './families.ts';
import { AllocCounts, Frequencies, SlabCounts, SlotCounts, TextCounts } from './family-attribution.ts';
import { type Findings, NO_REGION, REGION_KINDS, VERDICTS } from './findings.ts';
import { type AnalysisHooks, partOf, step } from './hooks.ts';
import { KIND_SDS } from './kinds.ts';
import { compareLeaked, type LeakedTexts } from './leaked-texts.ts';
import { rankOrigins } from './origins/origins.ts';
import { ReadAhead } from './read-ahead.ts';
import { NO_SLAB, SlabWalk } from './slab-walk.ts';

/** Families that are looked into: those with the most leaked bytes. */
const MOST_FAMILIES = 32;
/** Longer texts are no names of keys. */
const LONGEST_KEY = 4096;
const MOST_NEIGHBOURS = 5;
const BATCH = 1 << 14;
const isLeaked = VERDICTS.map(verdict => verdict.startsWith('leaked'));

/** The slots this server owns, and who says so. */
export interface KnownSlots {
  readonly owned: Uint8Array;
  readonly from: 'dump' | 'given';
}

/** What is known of a leaking family until now. */
class Gathered {
  readonly alloc = new AllocCounts();
  readonly texts = new TextCounts();
  readonly slabs = new SlabCounts();
  readonly holders = new Frequencies();
  readonly neighbours = new Frequencies();
  readonly slots: SlotCounts;
  members = 0;

  constructor(known: KnownSlots | undefined) {
    this.slots = new SlotCounts(known?.owned, known?.from ?? 'none');
  }
}

/** Adds to the leaking families what their leaked members have in common. Throws Cancelled. */
export function attributeFamilies(
  dump: Dump,
  findings: Pick<Findings, 'strings' | 'regions' | 'regionKind' | 'server'>,
  families: FamilyTable,
  known: KnownSlots | undefined,
  hooks: AnalysisHooks,
): FamilyTable {
  const leaking = families.rows.filter(({ leakedCount }) => leakedCount > 0).slice(0, MOST_FAMILIES);
  if (leaking.length === 0) return families;
  const texts = compareLeaked(dump, findings.strings, partOf(hooks, 0, 0.7));
  const gathered = leaking.map(() => new Gathered(known));
  gather(dump, findings, families, texts, gathered, partOf(hooks, 0.7, 1));
  const rows = families.rows.map(row => {
    if (row.id >= gathered.length) return row;
    const facts = factsOf(gathered[row.id]);
    const attribution: Attribution = {
      ...facts,
      origins: rankOrigins({ ...facts, family: row, server: findings.server }),
    };
    return { ...row, attribution };
  });
  return { ...families, rows };
}

function gather(
  dump: Dump,
  { strings, regions, regionKind }: Pick<Findings, 'strings' | 'regions' | 'regionKind'>,
  { familyOf }: FamilyTable,
  texts: LeakedTexts,
  gathered: readonly Gathered[],
  hooks: AnalysisHooks,
): void {
  const { count, address, length, alloc, header, region, verdict, owner } = strings;
  const walk = regions && new SlabWalk(regions.slabs);
  const reader = new ReadAhead(dump, () => {});
  let compared = 0;
  for (let index = 0; index < count; index++) {
    if (index % BATCH === 0) step(hooks, index / count);
    if (!isLeaked[verdict[index]]) continue;
    while (compared < texts.strings.length && texts.strings[compared] < index) compared++;
    const facts = gathered[familyOf[index]];
    if (facts === undefined) continue;
    facts.members++;
    const id = region[index];
    const slab = walk === undefined ? NO_SLAB : walk.slabOf(id);
    const alone = slab !== NO_SLAB && regionKind[id] === KIND_SDS;
    facts.alloc.add(header[index], length[index], alloc[index], alone ? regions!.slabs.regionSize[slab] : 0);
    if (slab !== NO_SLAB) {
      const next = index + 1 < count ? region[index + 1] : NO_REGION;
      const end = regions!.slabs.firstRegion[slab] + regions!.slabs.regions[slab];
      const followed = next === id + 1 && next < end && isLeaked[verdict[index + 1]];
      facts.slabs.add(slab, regions!.slabs.regions[slab], followed);
      if (next !== NO_REGION && next > id && next < end) facts.neighbours.add(familyOf[index + 1]);
    }
    if (owner[index] !== NO_REGION) facts.holders.add(regionKind[owner[index]]);
    if (texts.strings[compared] !== index) continue;
    const text = texts.textOf[compared];
    facts.texts.add(text, texts.met[text], texts.database[text]);
    if (length[index] > LONGEST_KEY) continue;
    const at = reader.at(address[index], length[index]);
    facts.slots.add(hashSlot(reader.bytes, at, at + length[index]));
  }
}

function factsOf({ members, alloc, texts, slabs, holders, neighbours, slots }: Gathered): Omit<Attribution, 'origins'> {
  return {
    members,
    slots: slots.counts(),
    texts: texts.counts(),
    alloc: alloc.counts(),
    holders: holders.top(MOST_NEIGHBOURS).map(([kind, times]) => ({ kind: REGION_KINDS[kind], count: times })),
    slabs: slabs.counts(),
    neighbours: neighbours.top(MOST_NEIGHBOURS).map(([family, times]) => ({ family, count: times })),
  };
}
