/**
 * Inputs of a graph that only a person can give, as they are typed: a shape, and values as `zeros`, `ones`, one number for all, or a list.
 * Kept as words, so that the same answer fits the next text: `tokens` in a shape is the number of tokens of the run.
 */
import { HeadlightError } from '../errors.ts';
import type { InputFacts } from '../protocol/engine.ts';
import { allocate, DTYPES, type DType, sizeOf, type Tensor, tensor } from '../tensor.ts';

export interface Given {
  readonly name: string;
  readonly dtype: string;
  /** Lengths between commas, each a whole number or `tokens`; empty for a scalar. */
  readonly shape: string;
  readonly values: string;
}

/** The word that stands for the number of tokens. */
export const TOKENS = 'tokens';
/** More values than this nobody means to give by hand. */
const MOST_VALUES = 2 ** 26;

/** What an input may be to begin with: fixed lengths as they are, a free first axis as a batch of one, other free axes as long as the text. */
export function suggested({ name, dtype, shape }: InputFacts): Given {
  const lengths = shape.map((axis, i) => (typeof axis === 'number' ? String(axis) : i === 0 ? '1' : TOKENS));
  return { name, dtype, shape: lengths.join(', '), values: '' };
}

/** Inputs that nothing fills and nobody has given yet. */
export function missingInputs(inputs: readonly InputFacts[], given: Iterable<string>): InputFacts[] {
  const known = new Set(given);
  return inputs.filter(({ name, filledBy }) => filledBy === null && !known.has(name));
}

/**
 * @param tokens T, what `tokens` stands for
 * @throws HeadlightError `input`, a sentence about the shape or the values
 */
export function tensorOf({ name, dtype, shape, values }: Given, tokens: number): Tensor {
  if (!isDType(dtype)) throw new HeadlightError('input', `${name} is ${dtype}: values of that type cannot be typed in.`);
  const lengths = lengthsOf(name, shape, tokens);
  const size = sizeOf(lengths);
  if (size > MOST_VALUES) throw new HeadlightError('input', `${name} would have ${size} values: more than can be made here.`);
  const numbers = numbersOf(name, values);
  if (numbers.length !== 1 && numbers.length !== size) {
    const words = `[${lengths.join(', ')}] holds ${size} ${size === 1 ? 'value' : 'values'}, and ${numbers.length} were given`;
    throw new HeadlightError('input', `${name}: ${words}. Give all of them, or one number for all.`);
  }
  const data = allocate(dtype, size);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < size; i++) {
    const value = numbers[numbers.length === 1 ? 0 : i]!;
    if (big && !Number.isInteger(value)) throw new HeadlightError('input', `${name} takes whole numbers, and ${value} is none.`);
    data[i] = big ? BigInt(value) : value;
  }
  return tensor(dtype, lengths, data);
}

function isDType(name: string): name is DType {
  return (DTYPES as readonly string[]).includes(name);
}

function words(text: string): string[] {
  return text
    .replaceAll(/[[\](){}]/g, ' ')
    .split(/[\s,;×]+/)
    .filter(Boolean);
}

function lengthsOf(name: string, shape: string, tokens: number): number[] {
  return words(shape).map((word) => {
    const length = word.toLowerCase() === TOKENS ? tokens : Number(word);
    if (!Number.isInteger(length) || length < 0) {
      throw new HeadlightError('input', `${name}: “${word}” is no length. Write whole numbers between commas, or ${TOKENS}.`);
    }
    return length;
  });
}

function numbersOf(name: string, values: string): number[] {
  const typed = words(values);
  if (typed.length === 0) throw new HeadlightError('input', `${name} has no values yet. Write zeros, ones, a number or a list.`);
  return typed.map((word) => {
    const value = NAMED[word.toLowerCase()] ?? Number(word);
    if (!Number.isFinite(value)) throw new HeadlightError('input', `${name}: “${word}” is no number.`);
    return value;
  });
}

const NAMED: Readonly<Record<string, number>> = { zeros: 0, zero: 0, ones: 1, one: 1, true: 1, false: 0 };
