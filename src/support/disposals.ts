/**
 * Things to take down in reverse order, for a function that hands several of them on when all went well.
 * Node 20 has no `AsyncDisposableStack`.
 */
export class Disposals implements AsyncDisposable {
  readonly #held: AsyncDisposable[] = [];

  use<Held extends AsyncDisposable>(held: Held): Held {
    this.#held.push(held);
    return held;
  }

  /** Every one is taken down even when another fails; the first failure is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let held = this.#held.pop(); held; held = this.#held.pop()) {
      try {
        await held[Symbol.asyncDispose]();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
