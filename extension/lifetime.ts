/** Who creates, disposes. A `Store` owns things and gives them back together; the count of what is still owned is the leak check's number. */

export interface Disposes {
  dispose(): unknown;
}

let live = 0;

/** Number of things that are owned by some store and not yet disposed. */
export function liveDisposables(): number {
  return live;
}

/** Owns disposables: all are disposed with it, the last added first; errors are collected and thrown together afterwards. */
export class Store implements Disposes {
  readonly #owned = new Set<Disposes>();
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Takes ownership. A store that is already disposed disposes the thing at once. */
  add<T extends Disposes>(thing: T): T {
    if (this.#disposed) {
      thing.dispose();
      return thing;
    }
    if (!this.#owned.has(thing)) live += 1;
    this.#owned.add(thing);
    return thing;
  }

  /** Disposes one thing before the store itself goes. */
  release(thing: Disposes | undefined): void {
    if (!thing || !this.#owned.delete(thing)) return;
    live -= 1;
    thing.dispose();
  }

  /** @throws AggregateError when several things failed to go, their error when it was one */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const errors: unknown[] = [];
    for (const thing of [...this.#owned].reverse()) {
      live -= 1;
      try {
        thing.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#owned.clear();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} things could not be disposed.`);
  }
}
