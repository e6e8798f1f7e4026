/**
 * `config.json`, with the spellings of the years brought to one.
 *
 * - element type: `torch_dtype` (transformers before 4.56) → `dtype`
 * - rotary positions: `rope_theta` + `rope_scaling`, `rotary_emb_base`, `rope_local_base_freq`, `global_rope_theta` + `local_rope_theta`,
 *   `rotary_pct` (transformers 4) → `rope_parameters` (transformers 5), which is flat or one entry a layer type
 */
import { HeadlightError } from '../errors.ts';

export type ConfigValues = Readonly<Record<string, unknown>>;

/**
 * Typed access to a configuration. `null` counts as absent, as in the library that writes these files. Several names may be given where
 * files disagree; the first one present wins.
 */
export class Config {
  constructor(
    readonly values: ConfigValues,
    /** What an error message calls it. */
    readonly where: string,
  ) {}

  /** True where at least one of the names has a value. */
  has(...names: readonly string[]): boolean {
    return this.find(names) !== undefined;
  }

  /** @throws HeadlightError `format` when absent without `fallback`, or no finite number */
  number(names: string | readonly string[], fallback?: number): number {
    return this.get(names, fallback, 'a number', (value) => typeof value === 'number' && Number.isFinite(value));
  }

  /** A count: a whole number from 0 up to what a model can have. @throws HeadlightError `format` when absent without `fallback`, or something else */
  count(names: string | readonly string[], fallback?: number): number {
    const most = mostOf(typeof names === 'string' ? names : names.join());
    const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
    return this.get(names, fallback, `a whole number from 0 to ${most}`, isCount);
  }

  /** A whole number of any sign. @throws HeadlightError as above */
  integer(names: string | readonly string[], fallback?: number): number {
    return this.get(names, fallback, 'a whole number', Number.isSafeInteger);
  }

  /** @throws HeadlightError as above */
  flag(names: string | readonly string[], fallback?: boolean): boolean {
    return this.get(names, fallback, 'true or false', (value) => typeof value === 'boolean');
  }

  /** @throws HeadlightError as above */
  text(names: string | readonly string[], fallback?: string): string {
    return this.get(names, fallback, 'text', (value) => typeof value === 'string');
  }

  /** A list of texts. @throws HeadlightError as above */
  texts(names: string | readonly string[], fallback?: readonly string[]): readonly string[] {
    return this.get(names, fallback, 'a list of texts', isListOf('string'));
  }

  /** A list of numbers. @throws HeadlightError as above */
  numbers(names: string | readonly string[], fallback?: readonly number[]): readonly number[] {
    return this.get(names, fallback, 'a list of numbers', isListOf('number'));
  }

  /** A list of flags. @throws HeadlightError as above */
  flags(names: string | readonly string[], fallback?: readonly boolean[]): readonly boolean[] {
    return this.get(names, fallback, 'a list of true and false', isListOf('boolean'));
  }

  /** A nested configuration. @throws HeadlightError `format` when absent or no object */
  section(name: string): Config {
    const values = this.get<ConfigValues>(name, undefined, 'an object', isObject);
    return new Config(values, `${this.where}, ${name}`);
  }

  private find(names: readonly string[]): unknown {
    return names.map((name) => this.values[name]).find((value) => value !== undefined && value !== null);
  }

  private get<E>(names: string | readonly string[], fallback: E | undefined, kind: string, is: (value: unknown) => boolean): E {
    const list = typeof names === 'string' ? [names] : names;
    const value = this.find(list) ?? fallback;
    if (value === undefined) throw new HeadlightError('format', `${this.where} has no ${list.join(' or ')}, which this model needs.`);
    if (!is(value))
      throw new HeadlightError('format', `${this.where}: ${list.join(' or ')} is ${JSON.stringify(value)}, expected ${kind}.`);
    return value as E;
  }
}

/** Beyond these a configuration is broken or hostile: lists of that length are made before any tensor is looked at. */
const MOST_LAYERS = 10_000;
const MOST_COLUMNS = 2 ** 20;
const MOST = 2 ** 24;

function mostOf(names: string): number {
  if (/layer(?!_norm)|depth/.test(names)) return MOST_LAYERS;
  return /head|dim|group|bucket|channel|patch|window|interval|experts/.test(names) && !/_id$/.test(names) ? MOST_COLUMNS : MOST;
}

const isListOf = (type: 'string' | 'number' | 'boolean') => (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === type);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A configuration as this house reads it.
 * @param values the parsed `config.json`
 */
export function normaliseConfig(values: ConfigValues, where = 'config.json'): Config {
  const { torch_dtype: oldDtype, ...rest } = values;
  const dtype = values.dtype ?? oldDtype;
  const rope = ropeParameters(values);
  return new Config({ ...rest, ...(dtype === undefined ? {} : { dtype }), ...(rope === null ? {} : { rope_parameters: rope }) }, where);
}

/** Rotary parameters as transformers 5 writes them, or null where a configuration says nothing of them. */
function ropeParameters(values: ConfigValues): Record<string, unknown> | null {
  const partial = values.partial_rotary_factor ?? values.rotary_pct;
  const share = typeof partial === 'number' ? { partial_rotary_factor: partial } : {};
  if (isObject(values.rope_parameters)) return { ...share, ...values.rope_parameters };
  const base = values.rope_theta ?? values.rotary_emb_base ?? values.global_rope_theta;
  const scaling = isObject(values.rope_scaling) ? values.rope_scaling : {};
  const local = values.rope_local_base_freq ?? values.local_rope_theta;
  if (base === undefined && local === undefined && Object.keys(scaling).length === 0) return Object.keys(share).length > 0 ? share : null;
  const { type, ...named } = scaling;
  const full = { ...share, rope_type: type ?? 'default', ...named, ...(base === undefined ? {} : { rope_theta: base }) };
  if (local === undefined || local === null) return full;
  return { full_attention: full, sliding_attention: { ...share, rope_type: 'default', rope_theta: local } };
}
