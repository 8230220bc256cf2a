import { writeAtomically } from '../../src/annotations/atomic-file.ts';

/** A process that is killed when its temporary file is complete, and before it is renamed. */
const [path, like] = process.argv.slice(2);
await writeAtomically(path, 'the new content', like, {
  rename: async () => {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  },
});
