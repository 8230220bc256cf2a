import type { FromWebview, QuestionName, Questions, ToWebview } from '../src/editor/protocol.ts';

/** What the host says of its own accord. */
export type Announcement = Exclude<ToWebview, { type: 'answer' }>;

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

/** The webview's side of the conversation: typed questions with ids, each resolved by the answer that carries its id. */
export class Host {
  readonly #send: (message: FromWebview) => void;
  readonly #announced: (message: Announcement) => void;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(send: (message: FromWebview) => void, announced: (message: Announcement) => void) {
    this.#send = send;
    this.#announced = announced;
  }

  /** Rejects with the host's sentence when it could not answer. */
  ask<Q extends QuestionName>(type: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: value => resolve(value as Questions[Q]['answer']), reject });
      this.#send({ type, id, ask } as FromWebview);
    });
  }

  tell(message: Exclude<FromWebview, { id: number }>): void {
    this.#send(message);
  }

  /** Takes one message of the host. An answer that nobody waits for is dropped. */
  receive(message: ToWebview): void {
    if (message.type !== 'answer') {
      this.#announced(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if (message.ok) waiting.resolve(message.value);
    else waiting.reject(new Error(message.error));
  }
}
