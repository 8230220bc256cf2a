/**
 * Questions and answers between two threads, typed by one interface: `serve` it on one side, `connect` to it on the other.
 * Knows nothing of workers: anything that posts messages will do.
 */

/** A MessagePort, a Worker, or a worker's parentPort. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

type Method = (...args: never[]) => unknown;
/** The names of an interface's methods. */
export type MethodOf<Api> = { [Name in keyof Api]: Api[Name] extends Method ? Name & string : never }[keyof Api];
type ArgumentsOf<M> = M extends (...args: infer Arguments) => unknown ? Arguments : never;
type ResultOf<M> = M extends (...args: never[]) => infer Result ? Awaited<Result> : never;

/** What a served method may do besides returning a value. */
export interface CallContext {
  /** Sends a value to the caller's `onProgress`. */
  progress(value: unknown): void;
  /** Whether the caller has given up. True at once, also within a loop that never returns to the event loop. */
  cancelled(): boolean;
}

/** An implementation of `Api`: each method gets its arguments and, last, the context of the call. */
export type Served<Api> = {
  readonly [Name in MethodOf<Api>]: (
    ...args: [...ArgumentsOf<Api[Name]>, CallContext]
  ) => ResultOf<Api[Name]> | Promise<ResultOf<Api[Name]>>;
};

export interface CallOptions {
  readonly onProgress?: ((value: unknown) => void) | undefined;
  /** Tells the other side to stop; the call still ends with what that side then returns. */
  readonly cancelled?: AbortSignal | undefined;
}

export interface Connection<Api> {
  /** Asks; rejects with the other side's error (its name and message), or with the reason given to `close`. */
  call<Name extends MethodOf<Api>>(
    method: Name,
    args: ArgumentsOf<Api[Name]>,
    options?: CallOptions,
  ): Promise<ResultOf<Api[Name]>>;
  /** Rejects all calls under way and all later ones. For when the other side has died, or is to be left alone. */
  close(reason: Error): void;
}

interface Call {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
  /** One Int32: not 0 once the caller has given up. */
  readonly cancel: SharedArrayBuffer | undefined;
}
type Answer =
  | { readonly answer: number; readonly ok: true; readonly value: unknown }
  | {
      readonly answer: number;
      readonly ok: false;
      readonly error: { readonly name: string; readonly message: string };
    };
interface Progress {
  readonly progress: number;
  readonly value: unknown;
}

export function connect<Api>(port: Port): Connection<Api> {
  interface Pending {
    resolve(value: unknown): void;
    reject(error: Error): void;
    onProgress: ((value: unknown) => void) | undefined;
    settle(): void;
  }
  const pending = new Map<number, Pending>();
  let nextCall = 1;
  let closed: Error | undefined;

  port.on('message', message => {
    const received = message as Answer | Progress;
    if ('progress' in received) {
      pending.get(received.progress)?.onProgress?.(received.value);
      return;
    }
    const waiting = pending.get(received.answer);
    if (waiting === undefined) return;
    pending.delete(received.answer);
    waiting.settle();
    if (received.ok) waiting.resolve(received.value);
    else waiting.reject(errorOf(received.error));
  });

  return {
    call(method, args, options = {}) {
      if (closed !== undefined) return Promise.reject(closed);
      const call = nextCall++;
      const { cancelled, onProgress } = options;
      const cancel = cancelled === undefined ? undefined : new SharedArrayBuffer(4);
      const giveUp = () => {
        if (cancel !== undefined) Atomics.store(new Int32Array(cancel), 0, 1);
      };
      if (cancelled?.aborted) giveUp();
      cancelled?.addEventListener('abort', giveUp, { once: true });
      return new Promise((resolve, reject) => {
        pending.set(call, {
          resolve: value => resolve(value as ResultOf<Api[typeof method]>),
          reject,
          onProgress,
          settle: () => cancelled?.removeEventListener('abort', giveUp),
        });
        try {
          port.postMessage({ call, method, args, cancel } satisfies Call);
        } catch (error) {
          pending.delete(call);
          reject(error);
        }
      });
    },
    close(reason) {
      closed ??= reason;
      const waiting = [...pending.values()];
      pending.clear();
      for (const call of waiting) {
        call.settle();
        call.reject(reason);
      }
    },
  };
}

/** Answers the calls that arrive at `port`. Every call gets exactly one answer; a method that throws never ends the thread. */
export function serve<Api>(port: Port, api: Served<Api>): void {
  const methods = api as unknown as Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>>;
  port.on('message', async message => {
    const { call, method, args, cancel } = message as Call;
    const flag = cancel === undefined ? undefined : new Int32Array(cancel);
    const context: CallContext = {
      progress: value => port.postMessage({ progress: call, value } satisfies Progress),
      cancelled: () => flag !== undefined && Atomics.load(flag, 0) !== 0,
    };
    try {
      const target = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (target === undefined) throw new TypeError(`There is no question named ${method}.`);
      const value = await target(...args, context);
      port.postMessage({ answer: call, ok: true, value } satisfies Answer, transferables(value));
    } catch (error) {
      port.postMessage({ answer: call, ok: false, error: describe(error) } satisfies Answer);
    }
  });
}

/** The ArrayBuffers that are handed over instead of copied: the result itself, or direct properties of it. */
function transferables(value: unknown): ArrayBuffer[] {
  if (value instanceof ArrayBuffer) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter(property => property instanceof ArrayBuffer);
}

function describe(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

function errorOf({ name, message }: { name: string; message: string }): Error {
  const error = new Error(message);
  // Not enumerable, as on any other error, so that it does not show up when the error is printed.
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  return error;
}
