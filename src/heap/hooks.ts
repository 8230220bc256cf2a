/** How a long stage reports and how it is stopped. */
export interface AnalysisHooks {
  /** Share of the work done, 0…1. */
  progress(share: number): void;
  /** Asked at least every few milliseconds of work; true ends the stage. */
  cancelled(): boolean;
}

/** Thrown inside a stage when the hooks say that it is cancelled; never leaves src/heap. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor() {
    super('The analysis was cancelled.');
  }
}

/** Throws Cancelled where the analysis was stopped; else reports `share`. */
export function step(hooks: AnalysisHooks, share: number): void {
  if (hooks.cancelled()) throw new Cancelled();
  hooks.progress(share);
}

/** Rounds of a loop between two looks at the hooks. */
const ROUNDS = 1 << 12;

/** A function to be called in each round of a long loop: throws Cancelled where the analysis was stopped. */
export function breather(hooks: AnalysisHooks): () => void {
  let rounds = 0;
  return () => {
    if ((++rounds & (ROUNDS - 1)) === 0 && hooks.cancelled()) throw new Cancelled();
  };
}

/** The hooks of a part of the work: its 0…1 is the whole's `from`…`to`. */
export function partOf(hooks: AnalysisHooks, from: number, to: number): AnalysisHooks {
  return {
    progress: share => hooks.progress(from + share * (to - from)),
    cancelled: () => hooks.cancelled(),
  };
}
