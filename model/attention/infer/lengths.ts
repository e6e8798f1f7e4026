/** A number for every free length of a model's inputs: different ones for different names, so that what follows from what can be seen. */
import type { onnx } from '../../onnx/proto.js';

/** Lengths that no head count, head size or layer count is likely to have. */
const SPARE = [13, 17, 11, 19, 23, 29, 31, 37];

/** Inputs are not made longer than this. */
const LONGEST = 4000;

const KNOWN: readonly (readonly [RegExp, number, boolean])[] = [
  [/^(batch|b|n|bs)$|batch[_ ]?size$|^batch/i, 2, false],
  [/channel/i, 3, false],
  [/height|width/i, 224, false],
  [/past/i, 3, true],
];

/** Free lengths by name, the same name always the same length. `past + sequence` is added up. */
export class Lengths {
  private readonly byName = new Map<string, number>();

  /** `factor`: how much longer than usual every free length but the batch is. */
  constructor(private readonly factor = 1) {}

  of(name: string): number {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const value = this.sum(name) ?? this.guess(name);
    this.byName.set(name, value);
    return value;
  }

  /**
   * Makes two lengths that the graph wants to be one the same: the free length that has one of the two values takes the other.
   * Masks give way to what they mask. False when neither is a free length.
   */
  join([a, b]: readonly [number, number], masks: ReadonlySet<string>): boolean {
    const named = (value: number): string[] =>
      [...this.byName].filter(([name, v]) => v === value && !name.includes(' ')).map(([name]) => name);
    const [ofA, ofB] = [named(a), named(b)];
    const giveWay = (names: string[], to: number): boolean => {
      for (const name of names) this.byName.set(name, to);
      return names.length > 0;
    };
    if (ofA.length > 0 && ofA.every((n) => masks.has(n))) return giveWay(ofA, b);
    return ofB.length > 0 ? giveWay(ofB, a) : giveWay(ofA, b);
  }

  /** Makes some free lengths eight times as long; false when there are none or they are long already. */
  stretch(names: ReadonlySet<string>): boolean {
    const short = [...this.byName].filter(([name, length]) => names.has(name) && length < LONGEST);
    for (const [name, length] of short) this.byName.set(name, length * 8);
    return short.length > 0;
  }

  /** Forgets what follows from other lengths, which may have been joined. */
  restart(): void {
    for (const name of [...this.byName.keys()]) if (this.parts(name).length > 0) this.byName.delete(name);
  }

  /** What a name says that a length is the sum of; empty for a length of its own. */
  private parts(name: string): string[] {
    if (name.includes(' + ')) return name.split(' + ').map((p) => p.trim());
    return /^total_seq/i.test(name) ? ['past_sequence_length', name.replace(/^total_/i, '')] : [];
  }

  private sum(name: string): number | null {
    const parts = this.parts(name);
    return parts.length === 0 ? null : parts.reduce((a, p) => a + (/^\d+$/.test(p) ? Number(p) : this.of(p)), 0);
  }

  private guess(name: string): number {
    for (const [pattern, length, grows] of KNOWN) if (pattern.test(name)) return grows ? length * this.factor : length;
    const used = new Set(this.byName.values());
    const lengths = SPARE.map((length) => length * this.factor);
    return lengths.find((length) => !used.has(length)) ?? lengths[this.byName.size % lengths.length]!;
  }

  /** What the free lengths of an input are called; '' for fixed ones. */
  namesOf(input: onnx.ValueInfoProto): string[] {
    const dims = input.type?.tensorType?.shape?.dim ?? [];
    return dims.map((d, i) =>
      Number(d.dimValue ?? 0) > 0 ? '' : d.dimParam || (i === 0 ? 'batch' : i === 1 ? 'sequence' : `${input.name}.${i}`),
    );
  }

  /** The sizes of a graph input. A length without a name is called after its input and place; the first one is taken for the batch. */
  shape(input: onnx.ValueInfoProto): number[] | null {
    const dims = input.type?.tensorType?.shape?.dim;
    if (!dims) return null;
    const names = this.namesOf(input);
    return dims.map((d, i) => (names[i] === '' ? Number(d.dimValue) : this.of(names[i]!)));
  }

  /** The first axis of an input is the batch whatever it is called (`s10`, `unk__27`), unless the name also stands in another place. */
  seed(inputs: Iterable<onnx.ValueInfoProto>): void {
    const names = [...inputs].map((input) => (input.type?.tensorType?.shape?.dim ?? []).map((d) => d.dimParam ?? ''));
    const elsewhere = new Set(names.flatMap((dims) => dims.slice(1)));
    for (const dims of names) {
      const name = dims[0];
      if (dims.length < 2 || !name || name.includes(' ') || elsewhere.has(name) || this.byName.has(name)) continue;
      if (!KNOWN.some(([pattern]) => pattern.test(name))) this.byName.set(name, 2);
    }
  }
}
