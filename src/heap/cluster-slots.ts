import { type RegionTable, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { HASH_SLOTS } from '../layout/hash-slot.ts';
import { type Memory, u64 } from '../layout/memory.ts';

const POINTERS = HASH_SLOTS * 8;
/** myself, currentEpoch, state and size, nodes, perhaps shards (from 7.2 on), nodes_black_list. */
const BEFORE_ARRAYS = [40, 48];
/** migrating_slots_to, importing_slots_from, slots. */
const ARRAYS = 3;
const LARGEST = 1 << 20;
/** clusterNode begins with its creation time and its name of 40 hex digits. */
const NODE_NAME = 8;
const NAME_DIGITS = 40;

/**
 * The hash slots that this server owns, 1 each, as its cluster state says; undefined where the dump has none (no cluster mode).
 * Source: clusterState and clusterNode in redis src/cluster.h at 3.2.8, 6.2.14, 7.0.15, src/cluster_legacy.h at 7.4.1 and valkey 8.0.1.
 */
export function ownedSlots(dump: Dump, { slabs, allocated, cached }: RegionTable): Uint8Array | undefined {
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    if (size < BEFORE_ARRAYS[0] + ARRAYS * POINTERS || size > LARGEST || slabs.regions[slab] !== 1) continue;
    const id = slabs.firstRegion[slab];
    if (!testBit(allocated, id) || testBit(cached, id)) continue;
    const slots = slotsOf(dump, slabs.base[slab], size);
    if (slots !== undefined) return slots;
  }
  return undefined;
}

function slotsOf(memory: Memory, state: number, size: number): Uint8Array | undefined {
  const head = memory.bytes(state, 64);
  if (head === undefined) return undefined;
  const myself = u64(head, 0);
  if (!isNode(memory, myself)) return undefined;
  for (const before of BEFORE_ARRAYS) {
    const at = state + before + (ARRAYS - 1) * POINTERS;
    if (at + POINTERS > state + size) continue;
    const bytes = memory.bytes(at, POINTERS)?.slice();
    const between = memory.bytes(state + before, 8)?.slice();
    if (bytes === undefined || between === undefined) continue;
    // The first of these arrays names nodes too, but where one dictionary more stands in front it would begin with that one.
    const first = u64(between, 0);
    if (first !== 0 && !isNode(memory, first)) continue;
    const slots = slotsIn(memory, bytes, myself);
    if (slots !== undefined) return slots;
  }
  return undefined;
}

function slotsIn(memory: Memory, bytes: Uint8Array, myself: number): Uint8Array | undefined {
  const slots = new Uint8Array(HASH_SLOTS);
  const nodes = new Map<number, boolean>([[0, true]]);
  for (let slot = 0; slot < HASH_SLOTS; slot++) {
    const node = u64(bytes, slot * 8);
    if (!nodes.has(node)) nodes.set(node, isNode(memory, node));
    if (!nodes.get(node)) return undefined;
    if (node === myself) slots[slot] = 1;
  }
  return slots;
}

function isNode(memory: Memory, address: number): boolean {
  const name = address === 0 ? undefined : memory.bytes(address + NODE_NAME, NAME_DIGITS);
  return name?.every(byte => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)) ?? false;
}
