/**
 * Coalesces questions that supersede each other: one is under way, and of those put meanwhile only the newest is kept.
 * So a drag that asks sixty times a second never builds a queue, and the last thing asked for is always answered.
 */
export class Latest<Ask, Answer> {
  readonly #run: (ask: Ask) => Promise<Answer>;
  readonly #done: (answer: Answer, ask: Ask) => void;
  readonly #failed: (error: Error, ask: Ask) => void;
  #busy = false;
  #next: { ask: Ask } | undefined;
  /** Counts `drop` calls: an answer to a question from before the last one is not delivered. */
  #generation = 0;

  constructor(
    run: (ask: Ask) => Promise<Answer>,
    done: (answer: Answer, ask: Ask) => void,
    failed: (error: Error, ask: Ask) => void,
  ) {
    this.#run = run;
    this.#done = done;
    this.#failed = failed;
  }

  submit(ask: Ask): void {
    if (this.#busy) this.#next = { ask };
    else void this.#start(ask);
  }

  /** What was asked so far is no longer wanted. */
  drop(): void {
    this.#generation++;
    this.#next = undefined;
  }

  async #start(ask: Ask): Promise<void> {
    this.#busy = true;
    const generation = this.#generation;
    let deliver: () => void;
    try {
      const answer = await this.#run(ask);
      deliver = () => this.#done(answer, ask);
    } catch (error) {
      deliver = () => this.#failed(error as Error, ask);
    }
    this.#busy = false;
    const next = this.#next;
    this.#next = undefined;
    if (next) void this.#start(next.ask);
    if (generation === this.#generation) deliver();
  }
}
