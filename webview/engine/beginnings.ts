/** Beginnings of a text that were read, with the caches that each left behind. */
import type { CachePair } from '../../model/onnx/caches.ts';
import type { RunOutputs } from './outputs.ts';
import type { OrtValues } from './runtime.ts';

/** Beginnings whose caches are kept: one for each of eight beams, and a step back. */
const KEPT = 10;
/** Bytes of all caches, beyond which the older ones are given up; the last two stay. */
const KEPT_BYTES = 512 * 2 ** 20;

/** What a beginning left behind. */
export interface Known {
  readonly ids: readonly number[];
  /** By the input that takes it; what grows, not what is kept of an encoder. */
  readonly caches: OrtValues;
  /** Of its caches. */
  readonly bytes: number;
}

export class Beginnings {
  /** The most recent last. */
  #known: Known[] = [];
  /** What is kept of the encoder: the same for every beginning. */
  #fixed: OrtValues = {};
  #context = '';

  /** Everything that is read beside the tokens that grow. Where it is another, nothing that was read before counts. */
  about(context: string): void {
    if (context !== this.#context) this.clear();
    this.#context = context;
  }

  /** The longest known beginning that leaves at least one token to read. */
  longest(ids: readonly number[]): Known | null {
    const fitting = this.#known.filter((known) => known.ids.length < ids.length && known.ids.every((id, i) => id === ids[i]));
    const longest = fitting.reduce<Known | null>((best, known) => (best && best.ids.length >= known.ids.length ? best : known), null);
    if (longest) this.#known = [...this.#known.filter((known) => known !== longest), longest];
    return longest;
  }

  /** Keeps what a step made. Takes the caches out of its outputs, and gives the rest of them back. */
  keep(ids: readonly number[], caches: readonly CachePair[], outputs: RunOutputs, isFirst: boolean): void {
    const grown: OrtValues = {};
    for (const { past, present, first } of caches) {
      const name = isFirst ? first : present;
      if (name === null) continue;
      if (present !== null) grown[past] = outputs.take(name);
      else {
        this.#fixed[past]?.dispose();
        this.#fixed[past] = outputs.take(name);
      }
    }
    outputs.dispose();
    for (const known of this.#known.filter((other) => sameIds(other.ids, ids))) this.#drop(known);
    this.#known.push({ ids: [...ids], caches: grown, bytes: bytesOf(grown) });
    while (this.#known.length > KEPT || (this.#known.length > 2 && this.bytes > KEPT_BYTES)) this.#drop(this.#known[0]!);
  }

  /** All caches that a step is given. */
  given({ caches }: Known): OrtValues {
    return { ...caches, ...this.#fixed };
  }

  /** Of the caches of all beginnings. */
  get bytes(): number {
    return this.#known.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #drop(known: Known): void {
    this.#known = this.#known.filter((other) => other !== known);
    for (const value of Object.values(known.caches)) value.dispose();
  }

  clear(): void {
    for (const known of this.#known) this.#drop(known);
    for (const value of Object.values(this.#fixed)) value.dispose();
    this.#fixed = {};
  }
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

function bytesOf(values: OrtValues): number {
  return Object.values(values).reduce((sum, { size, type }) => sum + size * (type === 'float16' ? 2 : 4), 0);
}
