/** Anything with an end of life; VS Code's disposables are such. */
export interface Disposable {
  dispose(): unknown;
}

/** A class that owns others: what it registers goes with it, last in, first out; what is registered too late goes at once. */
export class Owner implements Disposable {
  #owned: Disposable[] | undefined = [];

  get disposed(): boolean {
    return this.#owned === undefined;
  }

  protected own<T extends Disposable>(disposable: T): T {
    if (this.#owned === undefined) disposable.dispose();
    else this.#owned.push(disposable);
    return disposable;
  }

  dispose(): void {
    const owned = this.#owned ?? [];
    this.#owned = undefined;
    for (const each of owned.reverse()) each.dispose();
  }
}
