/** Longest time in milliseconds that other questions wait. */
const SLICE = 8;

export interface SliceHooks {
  /** Share of the work done, 0…1, once a slice. */
  progress(share: number): void;
  cancelled(): boolean;
}

/** Runs long work (which yields the share done) in slices, so that the thread answers other questions in between. */
export async function inSlices<Result>(
  work: Generator<number, Result, void>,
  hooks: SliceHooks,
): Promise<Result | 'cancelled'> {
  for (;;) {
    const end = performance.now() + SLICE;
    let share = 0;
    do {
      if (hooks.cancelled()) return 'cancelled';
      const step = work.next();
      if (step.done) return step.value;
      share = step.value;
    } while (performance.now() < end);
    hooks.progress(share);
    // Messages are taken in only when the event loop comes round.
    await new Promise(resolve => setImmediate(resolve));
  }
}
