/** What a block is called, what it does in one plain sentence, and its formula with this model's numbers in it. */
import type { StageValue, WalkStep } from '../../../model/protocol/walk.ts';
import { short } from '../../draw/numbers.ts';

/** What the words need to know of the model and of the run. */
export interface Facts {
  /** d of the section's attention. */
  readonly headDim: number | null;
  readonly heads: number;
  /** Matrices of the steps by id. */
  readonly values: ReadonlyMap<string, StageValue>;
  readonly causal: boolean;
  /** D, of what comes from the piece before. */
  readonly width: number;
  /** What a step's numbers are cut into: `queries`, `keys`, `values`; several for one projection of all. */
  readonly into: ReadonlyMap<string, readonly string[]>;
}

export interface BlockWords {
  readonly title: string;
  readonly sentence: string;
  readonly formula: string;
}

type Words = (step: WalkStep, facts: Facts) => BlockWords;

/** `[11, 32]` of a step's matrix, `…` before it is known. */
const size = (id: string | undefined, { values }: Facts): string => {
  const value = id === undefined ? undefined : values.get(id);
  return value ? `[${value.rows}, ${value.columns}]` : '[…]';
};
const width = (id: string | undefined, { values }: Facts): string => String((id !== undefined && values.get(id)?.columns) || '…');

const BY_ROLE: Partial<Record<NonNullable<WalkStep['role']>, Words>> = {
  query: (step, facts) => ({
    title: 'Queries q',
    sentence: `What each token asks: the part of the projection that belongs to this head${turned(step)}.`,
    formula: `q: ${size(step.id, facts)} of ${facts.heads} heads`,
  }),
  key: (step, facts) => ({
    title: 'Keys k',
    sentence: `What each token answers to: the part of the projection that belongs to this head${turned(step)}.`,
    formula: `k: ${size(step.id, facts)}`,
  }),
  value: (step, facts) => ({
    title: 'Values v',
    sentence: 'What each token hands on to those that look at it, for this head.',
    formula: `v: ${size(step.id, facts)}`,
  }),
  products: (step, facts) => ({
    title: 'Scores q·kᵀ',
    sentence: 'Every query is multiplied with every key: the better they fit, the larger the number.',
    formula: `q·kᵀ: ${size(step.inputs[0], facts)} · ${size(step.inputs[1], facts)}ᵀ = ${size(step.id, facts)}`,
  }),
  context: (step, facts) => ({
    title: 'Weights · V',
    sentence: 'Each token gets the mean of the values it looks at, weighted by how much it looks at each.',
    formula: `a·v: ${size(step.inputs[0], facts)} · ${size(step.inputs[1], facts)} = ${size(step.id, facts)}`,
  }),
  output: (step, facts) => ({
    title: 'Output projection',
    sentence: 'What all heads found is mixed into one vector for each token.',
    formula: linearFormula(step, facts),
  }),
};

const BY_KIND: Readonly<Record<WalkStep['kind'], Words>> = {
  embedding: (step, facts) => ({
    title: 'Embedding',
    sentence: 'Each id picks its row of a table: a learned vector for every entry.',
    formula: `x = E[id]: ${size(step.id, facts)}`,
  }),
  linear: (step, facts) => ({
    title: facts.into.has(step.id) ? `Linear layer for ${facts.into.get(step.id)!.join(', ')}` : 'Linear layer',
    sentence: 'Every vector is multiplied with the same matrix of weights: each new number is a weighted sum of the old ones.',
    formula: linearFormula(step, facts),
  }),
  convolution: (step, facts) => ({
    title: 'Patches → vectors',
    sentence: 'The picture is cut into patches, and every patch is multiplied with the same matrix of weights.',
    formula: `one vector of ${width(step.id, facts)} numbers a patch`,
  }),
  norm: (step, facts) => normWords(step, facts),
  activation: (step, facts) => ({
    title: `Activation${nameOf(step)}`,
    sentence: 'Each number by itself: what is far below 0 becomes (nearly) 0, what is above stays.',
    formula: `f(x)${nameOf(step)}, for each of ${width(step.id, facts)} numbers`,
  }),
  scale: (step, facts) => ({
    title: 'Scale',
    sentence: 'All numbers are made smaller (or larger) by one factor, so that their spread suits what comes next.',
    formula: scaleFormula(step.numbers.scale, facts.headDim),
  }),
  add: (step, facts) => addWords(step, facts),
  mask: (step, facts) => ({
    title: 'Mask',
    sentence: facts.causal
      ? 'What a token must not see (what comes after it, and padding) is taken out.'
      : 'What a token must not see, padding for one, is taken out.',
    formula: step.role === 'weights' ? 'weight 0 where nothing may be seen' : 'score −∞ where nothing may be seen',
  }),
  softmax: () => ({
    title: 'Softmax → weights',
    sentence: 'Scores become shares: none is negative, and each row adds up to 1.',
    formula: 'a = e^(s − max s) / Σ e^(s − max s)',
  }),
  product: (step, facts) => ({
    title: 'Product of two matrices',
    sentence: 'Rows of the one are multiplied with columns of the other.',
    formula: `${size(step.inputs[0], facts)} · ${size(step.inputs[1], facts)} = ${size(step.id, facts)}`,
  }),
  heads: (step, facts) => ({
    title: 'Cut into heads',
    sentence: 'Each vector is cut into as many pieces as there are heads.',
    formula: `${size(step.inputs[0], facts)} → ${facts.heads} × ${size(step.id, facts)}`,
  }),
  joined: (step, facts) => ({
    title: 'Heads joined',
    sentence: 'What the heads found is put side by side again.',
    formula: `${facts.heads} × ${size(step.inputs[0], facts)} → ${size(step.id, facts)}`,
  }),
  rotation: (step, facts) => ({
    title: 'Rotary positions',
    sentence: 'Pairs of numbers are turned by an angle that grows with the position.',
    formula: `(a, b) → (a·cos θ − b·sin θ, a·sin θ + b·cos θ): ${size(step.id, facts)}`,
  }),
  residual: (step, facts) => ({
    title: 'Residual',
    sentence: 'What was found is added to what was there before: nothing is lost on the way.',
    formula: `x + f(x): ${size(step.id, facts)}`,
  }),
  sum: (step, facts) => ({ title: 'Sum', sentence: 'Two vectors for each token are added.', formula: `a + b: ${size(step.id, facts)}` }),
  gate: (step, facts) => ({
    title: 'Gate',
    sentence: 'One vector decides number by number how much of the other goes through.',
    formula: `a ⊙ b: ${size(step.id, facts)}`,
  }),
  concat: (step, facts) => ({
    title: 'Put together',
    sentence: 'Learned vectors (such as the class token) are put before what was computed.',
    formula: `${size(step.inputs[0], facts)} → ${size(step.id, facts)}`,
  }),
  function: (step, facts) => ({
    title: 'Computed',
    sentence: `The graph does this with each number: ${step.operators}.`,
    formula: size(step.id, facts),
  }),
  other: (step, facts) => ({
    title: step.operators || 'Operator',
    sentence: 'The graph does this in one operator; what happens inside is not in the graph.',
    formula: size(step.id, facts),
  }),
};

export function wordsOf(step: WalkStep, facts: Facts): BlockWords {
  const words = step.role === null ? undefined : BY_ROLE[step.role];
  return (words ?? BY_KIND[step.kind])(step, facts);
}

/** What a block is called, where nothing of the run is at hand. */
export const blockTitle = (step: WalkStep): string => wordsOf(step, NO_FACTS).title;

const NO_FACTS: Facts = { headDim: null, heads: 1, causal: false, values: new Map(), width: 0, into: new Map() };

const turned = ({ kind }: WalkStep): string => (kind === 'rotation' ? ', turned by its position' : '');

function linearFormula(step: WalkStep, facts: Facts): string {
  const own = facts.values.get(step.id);
  const before = facts.values.get(step.inputs[0] ?? '') ?? { rows: own?.rows ?? '…', columns: facts.width };
  const [from, to] = [before.columns, width(step.id, facts)];
  return `x·W${step.bias === null ? '' : ' + b'}: [${before.rows}, ${from}] · [${from}, ${to}]${step.bias === null ? '' : ` + [${to}]`} = ${size(step.id, facts)}`;
}

function normWords(step: WalkStep, facts: Facts): BlockWords {
  const isRms =
    !/LayerNormalization|Sub|Group|Batch|Instance/.test(step.operators.replace('SimplifiedLayerNormalization', '')) ||
    /Simplified|RMS/.test(step.operators);
  const epsilon = step.numbers.epsilon === undefined ? 'ε' : short(step.numbers.epsilon);
  const over = `over ${width(step.id, facts)} numbers`;
  return {
    title: isRms ? 'Norm (RMSNorm)' : 'Norm (LayerNorm)',
    sentence: isRms
      ? 'Every vector is brought to the same size, then stretched by learned gains.'
      : 'Every vector is brought to mean 0 and spread 1, then stretched and moved by learned numbers.',
    formula: isRms ? `x / √(mean x² + ${epsilon}) · γ, ${over}` : `(x − mean) / √(variance + ${epsilon}) · γ + β, ${over}`,
  };
}

/** `÷ √64 = ÷ 8`. */
export function scaleFormula(scale: number | undefined, headDim: number | null): string {
  if (scale === undefined) return '× a number that the graph computes';
  if (headDim !== null && Math.abs(scale * Math.sqrt(headDim) - 1) < 1e-3) return `÷ √d = ÷ √${headDim} = ÷ ${plain(Math.sqrt(headDim))}`;
  return scale < 1 ? `÷ ${plain(1 / scale)} = × ${short(scale)}` : `× ${short(scale)}`;
}

const plain = (number: number): string => (Number.isInteger(number) ? String(number) : short(number));

function addWords(step: WalkStep, facts: Facts): BlockWords {
  const formula = `x + table: ${size(step.id, facts)}`;
  const value = facts.values.get(step.id);
  const isScore = step.role === 'scores' || (value !== undefined && value.head !== null);
  if (isScore) {
    return {
      title: 'Bias and mask',
      sentence: 'A number for each pair of positions is added: how far apart they are, or −∞ where nothing may be seen.',
      formula: `scores + bias: ${size(step.id, facts)}`,
    };
  }
  return { title: '+ positions', sentence: 'A vector that depends on the position alone is added: so the model knows the order.', formula };
}

/** ` GELU`, where the operators tell. */
function nameOf({ operators }: WalkStep): string {
  const names: readonly (readonly [RegExp, string])[] = [
    [/Gelu|Erf/, ' GELU'],
    [/Tanh/, operators.split(' ').length > 2 ? ' GELU (by tanh)' : ' tanh'],
    [/Sigmoid Mul|Swish/, ' SiLU'],
    [/Relu/, ' ReLU'],
    [/Sigmoid/, ' sigmoid'],
  ];
  return names.find(([pattern]) => pattern.test(operators))?.[1] ?? '';
}
