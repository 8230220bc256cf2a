import { parentPort } from 'node:worker_threads';
import type { AnalysisHooks } from '../heap/hooks.ts';
import type { ExplainerApi } from './api.ts';
import { Explainer } from './explainer.ts';
import { type CallContext, serve } from './rpc.ts';

/** The explainer thread: one Explainer behind a port. */
const explainer = new Explainer();
serve<ExplainerApi>(parentPort!, {
  open: (path, options, findings) => explainer.open(path, options, findings),
  why: (offset, context) => explainer.why(offset, hooksOf(context)),
  references: (offset, context) => explainer.references(offset, hooksOf(context)),
});

function hooksOf({ progress, cancelled }: CallContext): AnalysisHooks {
  return { progress: share => progress(share), cancelled };
}
