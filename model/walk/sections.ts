/**
 * Cuts the walk where a single value goes on: the text's vectors between two layers. Each piece can then be computed from that value alone.
 */
import type { RawStep } from './steps.ts';

export interface Cut {
  /** Index of the last step before the cut. */
  readonly after: number;
  /** The step whose value goes on. */
  readonly value: string;
}

/**
 * One cut before each place of attention, as late as may be, and one after the last layer; fewer where more than one value goes on.
 * @param steps in order
 * @param attentions indices of the softmax of each place of attention, rising
 */
export function cutsOf(steps: readonly RawStep[], attentions: readonly number[]): Cut[] {
  const cutting = new Cutting(steps);
  const gaps = [0, ...attentions].map((from, i) => [from, attentions[i] ?? steps.length] as const);
  for (const [i, [from, to]] of gaps.entries()) {
    if (i === attentions.length) cutting.last(from, to);
    else cutting.gap(from, to);
  }
  return cutting.cuts;
}

class Cutting {
  readonly cuts: Cut[] = [];
  private readonly lastUse: readonly number[];
  private readonly index: ReadonlyMap<string, number>;

  constructor(private readonly steps: readonly RawStep[]) {
    this.index = new Map(steps.map(({ id }, i) => [id, i]));
    const lastUse = steps.map(() => -1);
    steps.forEach(({ inputs }, i) => {
      for (const input of inputs) {
        const at = this.index.get(input);
        if (at !== undefined) lastUse[at] = i;
      }
    });
    this.lastUse = lastUse;
  }

  /** The last place where one value goes on; and after it, where something that does not come from it begins (a decoder's own text). */
  gap(from: number, to: number): void {
    const cut = this.between(from, to).at(-1);
    if (!cut) return;
    this.cuts.push(cut);
    const further = this.between(cut.after + 1, to).filter(({ value }) => !this.comesFrom(value, cut.value));
    if (further.length > 0) this.cuts.push(further.at(-1)!);
  }

  /** After the last layer: its last sum, or the norm of it where layers end with one. */
  last(from: number, to: number): void {
    const found = this.between(from, to);
    const sum = found.findLastIndex(({ value }) => this.step(value)?.kind === 'residual');
    if (sum === -1) return;
    const after = found[sum + 1];
    const endsWithNorm = this.cuts.length > 1 && this.step(this.cuts.at(-1)!.value)?.kind === 'norm';
    this.cuts.push(endsWithNorm && after && this.step(after.value)?.kind === 'norm' ? after : found[sum]!);
  }

  private step(id: string): RawStep | undefined {
    const at = this.index.get(id);
    return at === undefined ? undefined : this.steps[at];
  }

  /** Places in [from, to) where, beside the values of earlier cuts, exactly one value is used later. */
  private between(from: number, to: number): Cut[] {
    const exempt = new Set(this.cuts.map(({ value }) => value));
    const live = new Set<number>();
    const found: Cut[] = [];
    for (let i = 0; i < to; i++) {
      if (!exempt.has(this.steps[i]!.id) && this.lastUse[i]! > i) live.add(i);
      for (const input of this.steps[i]!.inputs) {
        const at = this.index.get(input);
        if (at !== undefined && this.lastUse[at]! <= i) live.delete(at);
      }
      if (i >= from && live.size === 1) found.push({ after: i, value: this.steps[[...live][0]!]!.id });
    }
    return found;
  }

  private comesFrom(value: string, ancestor: string): boolean {
    const seen = new Set<string>();
    const open = [value];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === ancestor) return true;
      if (seen.has(id)) continue;
      seen.add(id);
      open.push(...(this.step(id)?.inputs ?? []));
    }
    return false;
  }
}
