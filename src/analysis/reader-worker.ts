import { parentPort } from 'node:worker_threads';
import type { ReaderApi } from './api.ts';
import { DumpReader } from './reader.ts';
import { serve } from './rpc.ts';

/** The reader thread: one DumpReader behind a port. */
const reader = new DumpReader();
serve<ReaderApi>(parentPort!, {
  open: (path, options) => reader.open(path, options),
  window: request => reader.window(request),
  rowOf: (order, offset, bytesPerRow) => reader.rowOf(order, offset, bytesPerRow),
  offsetOfRow: (order, row, bytesPerRow) => reader.offsetOfRow(order, row, bytesPerRow),
  goTo: (text, from) => reader.goTo(text, from),
  inspect: offset => reader.inspect(offset),
  bytes: (start, end) => reader.bytes(start, end),
  overlays: (start, end) => reader.overlays(start, end),
  decode: (offset, context) => reader.decode(offset, context),
  clusters: (first, count) => reader.clusters(first, count),
  families: (first, count) => reader.families(first, count),
  members: (cluster, first, count) => reader.members(cluster, first, count),
  check: () => reader.check(),
  useFindings: findings => reader.useFindings(findings),
});
