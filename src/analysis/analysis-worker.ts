import { parentPort } from 'node:worker_threads';
import { DumpAnalyser } from './analyser.ts';
import type { AnalyserApi } from './api.ts';
import { serve } from './rpc.ts';

/** The analyser thread: one DumpAnalyser behind a port. */
const analyser = new DumpAnalyser();
serve<AnalyserApi>(parentPort!, {
  analyse: (path, options, context) => analyser.analyse(path, options, context),
  findings: () => analyser.findings(),
});
