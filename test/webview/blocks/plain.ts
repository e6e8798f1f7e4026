/** The classic blocks once more, as their papers write them, in double precision and with plain loops: shares no code with `model/`. */

export type Rows = readonly (readonly number[])[];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

export function plainConvolution(input: Rows, kernel: Rows, bias: number, stride: number, padding: number): number[][] {
  const at = (r: number, c: number) => input[r]?.[c] ?? 0;
  const along = (length: number, size: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
  return Array.from({ length: along(input.length, kernel.length) }, (_, r) =>
    Array.from({ length: along(input[0]!.length, kernel[0]!.length) }, (_, c) => {
      let sum = bias;
      for (const [i, row] of kernel.entries())
        for (const [j, w] of row.entries()) sum += w * at(r * stride + i - padding, c * stride + j - padding);
      return sum;
    }),
  );
}

export interface PlainStep {
  /** By the letter of the formula. */
  readonly gates: Readonly<Record<string, readonly number[]>>;
  readonly h: readonly number[];
  readonly c: readonly number[];
}

/** @param weights rows of gates, [W | U]; @param bias rows of gates, [b] or [b, c] */
export function plainRecurrent(cell: 'rnn' | 'lstm' | 'gru', input: Rows, weights: Rows, bias: Rows, start: Rows): PlainStep[] {
  const [D, E] = [start[0]!.length, input[0]!.length];
  let [h, c] = [[...start[0]!], [...(start[1] ?? [])]];
  return input.map((x) => {
    const W = (row: number) => dot(weights[row]!.slice(0, E), x) + bias[row]![0]!;
    const U = (row: number) => dot(weights[row]!.slice(E), h) + (bias[row]![1] ?? 0);
    const each = (f: (d: number) => number) => Array.from({ length: D }, (_, d) => f(d));
    let gates: Record<string, number[]> = {};
    if (cell === 'rnn') h = each((d) => Math.tanh(W(d) + U(d)));
    else if (cell === 'lstm') {
      const [i, f, o] = [0, 1, 3].map((n) => each((d) => sigmoid(W(n * D + d) + U(n * D + d)))) as [number[], number[], number[]];
      const g = each((d) => Math.tanh(W(2 * D + d) + U(2 * D + d)));
      gates = { i, f, g, o };
      c = each((d) => f[d]! * c[d]! + i[d]! * g[d]!);
      h = each((d) => o[d]! * Math.tanh(c[d]!));
    } else {
      const [r, z] = [0, 1].map((n) => each((d) => sigmoid(W(n * D + d) + U(n * D + d)))) as [number[], number[]];
      const n = each((d) => Math.tanh(W(2 * D + d) + r[d]! * U(2 * D + d)));
      gates = { r, z, n };
      h = each((d) => (1 - z[d]!) * n[d]! + z[d]! * h[d]!);
    }
    return { gates, h: [...h], c: [...c] };
  });
}

export interface PlainTranslator {
  /** [V, E] */
  readonly sourceRows: Rows;
  readonly targetRows: Rows;
  /** Of the encoder, forward and for Bahdanau backward: rows of gates [W | U], and biases. */
  readonly encoder: readonly (readonly [weights: Rows, bias: Rows])[];
  readonly decoder: readonly [weights: Rows, bias: Rows];
  /** Luong: [D, M + D] */
  readonly combine?: Rows;
  /** Bahdanau. */
  readonly additive?: {
    readonly query: Rows;
    readonly key: Rows;
    readonly score: readonly number[];
    readonly start: Rows;
    readonly startBias: readonly number[];
  };
  readonly head: Rows;
  readonly headBias: readonly number[];
}

const times = (rows: Rows, x: readonly number[]): number[] => rows.map((row) => dot(row, x));

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Weights over the source and logits of every step. */
export function plainTranslate(
  model: PlainTranslator,
  source: readonly number[],
  target: readonly number[],
): { weights: number[][]; logits: number[][]; steps: PlainStep[] } {
  const words = source.map((id) => model.sourceRows[id]!);
  const D = model.head[0]!.length;
  const zeros = [new Array<number>(D).fill(0), new Array<number>(D).fill(0)];
  const forward = plainRecurrent('lstm', words, ...model.encoder[0]!, zeros);
  const backward = model.encoder[1] ? plainRecurrent('lstm', words.toReversed(), ...model.encoder[1], zeros) : [];
  const states = forward.map(({ h }, s) => [...h, ...(backward.at(-1 - s)?.h ?? [])]);
  const { additive, combine } = model;
  let h = additive
    ? times(additive.start, backward.at(-1)!.h).map((x, d) => Math.tanh(x + additive.startBias[d]!))
    : [...forward.at(-1)!.h];
  let c = additive ? zeros[1]! : [...forward.at(-1)!.c];
  let fed = zeros[0]!;
  const weights: number[][] = [];
  const logits: number[][] = [];
  const steps: PlainStep[] = [];
  const look = (scores: readonly number[]) => {
    const shares = softmax(scores);
    weights.push(shares);
    return states[0]!.map((_, m) => states.reduce((sum, state, s) => sum + shares[s]! * state[m]!, 0));
  };
  for (const id of target) {
    const word = model.targetRows[id]!;
    let context: number[] = [];
    if (additive) {
      const query = times(additive.query, h);
      context = look(
        states.map((state) =>
          dot(
            additive.score,
            times(additive.key, state).map((x, i) => Math.tanh(x + query[i]!)),
          ),
        ),
      );
    }
    const [step] = plainRecurrent('lstm', [[...word, ...(additive ? context : fed)]], ...model.decoder, [h, c]) as [PlainStep];
    steps.push(step);
    [h, c] = [[...step.h], [...step.c]];
    if (combine) {
      context = look(states.map((state) => dot(h, state)));
      fed = times(combine, [...context, ...h]).map(Math.tanh);
    }
    logits.push(times(model.head, combine ? fed : h).map((x, v) => x + model.headBias[v]!));
  }
  return { weights, logits, steps };
}
