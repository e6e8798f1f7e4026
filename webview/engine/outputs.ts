/** What a run returned: values that lie on the CPU or the GPU, copied out once when somebody asks. */
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { HeadlightError } from '../../model/errors.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Queue } from './queue.ts';
import type { OrtValues } from './runtime.ts';
import { fromOrt } from './tensors.ts';

export class RunOutputs {
  readonly #values: Map<string, OrtTensor>;
  readonly #copies = new Map<string, Promise<Tensor>>();

  /** @param queue of the runtime: copies from the GPU wait for their turn */
  constructor(
    values: OrtValues,
    private readonly queue: Queue,
  ) {
    this.#values = new Map(Object.entries(values));
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** The value as the runtime has it, to be fed to another session. */
  value(name: string): OrtTensor {
    const value = this.#values.get(name);
    if (!value) throw new HeadlightError('internal', `The run has no output ${name}.`);
    return value;
  }

  /** The value, which from now on belongs to the caller. */
  take(name: string): OrtTensor {
    const value = this.value(name);
    this.#values.delete(name);
    this.#copies.delete(name);
    return value;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  tensor(name: string): Promise<Tensor> {
    let copy = this.#copies.get(name);
    if (!copy) {
      const value = this.value(name);
      copy = value.location === 'cpu' ? fromOrt(value) : this.queue.add(() => fromOrt(value));
      this.#copies.set(name, copy);
      copy.catch(() => this.#copies.delete(name));
    }
    return copy;
  }

  /** Several outputs by name; empty names (left out) are passed over. */
  async tensors(names: readonly (string | null)[]): Promise<ReadonlyMap<string, Tensor>> {
    const found = new Map<string, Tensor>();
    for (const name of names) if (name) found.set(name, await this.tensor(name));
    return found;
  }

  /** GPU memory is only given back by hand. */
  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    this.#copies.clear();
  }
}
