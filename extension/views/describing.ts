/** Reads the descriptions of many models a few at a time, so that thousands of them hold neither the list nor the extension host. */
import type { Model } from '../models/model.ts';

/** Models that are read at the same time. */
const WIDTH = 6;
/** Quiet time in which finished ones are collected before the list is told. */
const COLLECT_MS = 200;

export class Describing {
  readonly #waiting = new Set<Model>();
  #running = 0;
  #done: Model[] = [];
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** @param tell gets the models that are described by now */
  constructor(private readonly tell: (models: readonly Model[]) => void) {}

  /** Has a model described when its turn comes. */
  ask(model: Model): void {
    this.#waiting.add(model);
    this.#next();
  }

  #next(): void {
    const [model] = this.#waiting;
    if (!model || this.#running >= WIDTH || this.#disposed) return;
    this.#waiting.delete(model);
    this.#running += 1;
    void model.describe().then(() => {
      this.#running -= 1;
      this.#finished(model);
      this.#next();
    });
    this.#next();
  }

  #finished(model: Model): void {
    this.#done.push(model);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const done = this.#done;
      this.#done = [];
      if (!this.#disposed) this.tell(done);
    }, COLLECT_MS);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }
}
