import { fileURLToPath } from 'node:url';

/** The engine's threads, bundled beside the extension's own file. */
export const workerFiles = {
  reader: fileURLToPath(new URL('./reader-worker.cjs', import.meta.url)),
  analyser: fileURLToPath(new URL('./analysis-worker.cjs', import.meta.url)),
  explainer: fileURLToPath(new URL('./explainer-worker.cjs', import.meta.url)),
};
