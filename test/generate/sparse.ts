import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type CoreOptions, writeCore } from './core-writer.ts';
import { hex } from './heap.ts';
import type { Generated } from './scenarios.ts';
import type { ServerImage } from './server-image.ts';
import type { DumpTruth, TruthSink } from './truth.ts';

const GIB = 2 ** 30;

/** Where islands of data lie in a file of `size` bytes: its ends, the middle, and across each 4 GiB boundary at first and last. */
export function islands(size: number): number[] {
  const boundaries = [4 * GIB, Math.floor((size - 4096) / (4 * GIB)) * 4 * GIB];
  const places = [0, ...boundaries.map(boundary => boundary - 64), Math.floor(size / 2 / 4096) * 4096, size - 4096];
  return [...new Set(places.filter(place => place >= 0 && place + 4096 <= size))].sort((a, b) => a - b);
}

/** What an island holds: an sdshdr8 that says where it lies, then its own address in each of 64 words. */
export function island(place: number): Buffer {
  const bytes = Buffer.alloc(640);
  const text = `island:${place}`;
  bytes.write(`${String.fromCharCode(text.length, text.length)}\x01${text}\0`, 'latin1');
  for (let i = 0; i < 64; i++) bytes.writeBigUInt64LE(BigInt(place), 128 + 8 * i);
  return bytes;
}

/** A raw range of `size` bytes, nearly all holes. */
export function generateSparseRaw(path: string, seed: number, size: number, sink: TruthSink): Generated {
  const file = openSync(path, 'w');
  try {
    ftruncateSync(file, size);
    for (const place of islands(size)) writeSync(file, island(place), 0, undefined, place);
  } finally {
    closeSync(file);
  }
  const nothing = { count: 0, bytes: 0 };
  const truth: DumpTruth = {
    scenario: 'sparse',
    seed,
    server: null,
    allocator: null,
    counts: { live: nothing, leaked: nothing, 'leaked-indirect': nothing, freed: nothing },
    leakedObjects: [],
    databases: null,
    keys: 0,
    raw: { base: '0x0', size },
    sparse: { base: '0x0', size, islands: islands(size) },
  };
  sink.finish(truth);
  return { truth, segments: [] };
}

/** A server's core with one more mapping of `size` bytes, nearly all holes. */
export function generateSparseCore(
  server: ServerImage,
  path: string,
  options: { readonly seed: number; readonly size: number; readonly core: CoreOptions },
): Generated {
  const { image } = server;
  const { size, seed, core } = options;
  const start = image.mmap(size);
  for (const place of islands(size)) image.space.writeBytes(start + place, island(place));
  const truth = server.finish('sparse', seed, { sparse: { base: hex(start), size, islands: islands(size) } });
  return { truth, segments: writeCore(image, path, core) };
}
