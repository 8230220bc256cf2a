import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { u64 } from '../layout/memory.ts';
import { REGION_KINDS, type RegionKind } from './findings.ts';
import type { HeapGraph } from './heap-graph.ts';
import { memoryAt } from './memory-kind.ts';
import { registerName } from './register-name.ts';

/** One link of the way from a root to a region, root first. */
export interface PathStep {
  /** Address of the word that points on; undefined for a register and for the last step. */
  readonly word: number | undefined;
  /** Where that word lies: "register 5 of thread 12", "the data of /usr/bin/redis-server", "a region in use". */
  readonly memory: string;
  /** Of a region: its start, size and kind. */
  readonly region: number | undefined;
  readonly regionSize: number | undefined;
  readonly kind: RegionKind | undefined;
  /** Bytes from the start of the next step's region to where the word points. */
  readonly offset: number;
}

/** Words and regions of a graph, as the steps of a path. */
export class PathSteps {
  private readonly dump: Dump;
  private readonly regions: RegionTable;
  private readonly graph: HeapGraph;

  constructor(dump: Dump, regions: RegionTable, graph: HeapGraph) {
    this.dump = dump;
    this.regions = regions;
    this.graph = graph;
  }

  region(id: number, word: number | undefined, offset: number): PathStep {
    const { typing } = this.graph;
    return {
      word,
      memory: 'a region in use',
      region: typing.addressOf(id),
      regionSize: typing.sizeOf(id),
      kind: REGION_KINDS[typing.kind[id]],
      offset,
    };
  }

  /** The root whose edge is number `index`, which leads to region `target`. */
  root(index: number, target: number): PathStep {
    const { references, typing } = this.graph;
    const address = references.rootAddress[index];
    const nothing = { region: undefined, regionSize: undefined, kind: undefined };
    if (address < 0) {
      const { name, value } = registerAt(this.dump, -1 - address);
      return { word: undefined, memory: name, ...nothing, offset: value - typing.addressOf(target) };
    }
    const offset = this.valueAt(address) - typing.addressOf(target);
    return { word: address, memory: memoryAt(this.dump, this.regions, address).description, ...nothing, offset };
  }

  /** The word of region `source` that makes edge `e`, which leads to region `target`. */
  wordOf(source: number, e: number, target: number): { address: number; offset: number } {
    const { typing, references } = this.graph;
    const start = typing.addressOf(source);
    const size = typing.sizeOf(source);
    const goal = typing.addressOf(target);
    const end = goal + typing.sizeOf(target);
    // Edges tell the word up to number 254; the first that fits is as good behind that.
    const from = Math.min(references.word[e], 254) * 8;
    for (let at = from; at + 8 <= size; at++) {
      const value = this.valueAt(start + at);
      if (value >= goal && value < end) return { address: start + at, offset: value - goal };
    }
    return { address: start + from, offset: 0 };
  }

  private valueAt(address: number): number {
    const bytes = this.dump.bytes(address, 8);
    return bytes === undefined ? 0 : u64(bytes, 0);
  }
}

function registerAt(dump: Dump, number: number): { name: string; value: number } {
  let left = number;
  for (const thread of dump.threads) {
    if (left < thread.registers.length) {
      return { name: registerName(dump, thread, left), value: Number(thread.registers[left]) };
    }
    left -= thread.registers.length;
  }
  return { name: 'a register', value: 0 };
}
