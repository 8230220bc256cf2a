import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is fetched or made once and may be deleted at any time; git ignores it. */
export const cache = join(root, '.cache');

/** Screenshots and other things that tests leave for whoever reviews them; git ignores it. */
export const testOutput = join(root, 'test', 'out');
