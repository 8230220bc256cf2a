/** How the caller watches and stops a recovery. */
export interface RecoverHooks {
  /** Called now and then with the share done, 0 to 1. */
  progress(share: number): void;
  /** Asked between chunks of a few megabytes; once it says true, the recovery gives up and returns undefined. */
  cancelled(): boolean;
}

/** Thrown inside a recovery when the caller cancelled it; never leaves src/allocator. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export function throwIfCancelled(hooks: RecoverHooks): void {
  if (hooks.cancelled()) throw new Cancelled();
}
