/**
 * Builds a model with one of the two interpreters, and keeps what the blocks write down on the way.
 */
import type { AttentionSite, Build, InputSpec } from '../blocks/module.ts';
import { HeadlightError } from '../errors.ts';
import { type Interpreter, type Ops, operators } from '../ops/ops.ts';
import { dtypeOf } from '../safetensors/dtypes.ts';
import type { TensorPlace } from '../safetensors/header.ts';
import { type DType, sizeOf } from '../tensor.ts';
import { ReadingCache } from './cache.ts';
import type { TensorNames } from './names.ts';

/** What differs between the interpreters. */
export interface Source<T> {
  readonly interpreter: Interpreter<T>;
  /** The value of a stored tensor, in the type that it is stored in. */
  weight(place: TensorPlace, dtype: DType): T;
  /** The value of an input. */
  input(spec: InputSpec): T;
  /** Optional inputs that the run gives. */
  readonly given: ReadonlySet<string>;
  /** Whether the model reads on from a cache. */
  readonly cached?: boolean;
}

export class Builder<T> implements Build<T> {
  readonly ops: Ops<T>;
  readonly inputs: InputSpec[] = [];
  readonly outputs = new Map<string, T>();
  readonly stages = new Map<string, T>();
  readonly sites: AttentionSite<T>[] = [];
  readonly warnings: string[] = [];
  readonly cache: ReadingCache<T> | null;
  private readonly weights = new Map<string, T>();

  constructor(
    private readonly names: TensorNames,
    private readonly source: Source<T>,
  ) {
    this.ops = operators(source.interpreter);
    this.cache = source.cached ? new ReadingCache(this) : null;
  }

  has(name: string): boolean {
    return this.names.find(name) !== null;
  }

  weight(name: string, shape: readonly number[]): T {
    const place = this.names.use(name);
    if (place === null) throw new HeadlightError('format', `The weights have no tensor ${this.names.spellings(name).join(' or ')}.`);
    if (place.shape.join() !== shape.join()) throw new HeadlightError('shape', misfit(place, shape));
    const known = this.weights.get(place.name);
    if (known !== undefined) return known;
    const value = this.load(place);
    this.weights.set(place.name, value);
    return value;
  }

  private load(place: TensorPlace): T {
    const dtype = dtypeOf(place.stored, place.name);
    const value = this.source.weight(place, dtype);
    return ['float16', 'bfloat16', 'float64'].includes(dtype) ? this.ops.cast(value, 'float32') : value;
  }

  input(spec: InputSpec): T {
    this.inputs.push(spec);
    return this.source.input(spec);
  }

  given(name: string): boolean {
    return this.source.given.has(name);
  }

  record(stage: string, value: T): T {
    this.stages.set(this.numbered(stage), value);
    return value;
  }

  /** The value of a stage. @throws HeadlightError `not-found` when the model has none of this name */
  stage(name: string): T {
    const value = this.stages.get(name);
    if (value === undefined) throw new HeadlightError('not-found', `The model has no stage ${name}.`);
    return value;
  }

  /** `name`, or `name#1`, `name#2` … where the stage has been before: one module may be used several times. */
  private numbered(stage: string): string {
    if (!this.stages.has(stage)) return stage;
    let times = 1;
    while (this.stages.has(`${stage}#${times}`)) times++;
    return `${stage}#${times}`;
  }

  attend(site: AttentionSite<T>): void {
    this.sites.push(site);
  }

  output(name: string, value: T): void {
    this.outputs.set(name, value);
  }

  warn(sentence: string): void {
    this.warnings.push(sentence);
  }
}

function misfit(place: TensorPlace, shape: readonly number[]): string {
  const expected = `[${shape.join(', ')}] = ${sizeOf(shape)} values`;
  return `Tensor ${place.name} has the shape [${place.shape.join(', ')}] = ${sizeOf(place.shape)} values; the configuration says ${expected}.`;
}
