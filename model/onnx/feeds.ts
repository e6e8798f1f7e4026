/**
 * Feeding a graph whose inputs we did not choose. Every input gets a role by its name, type and rank; a role knows how to fill it from the
 * text, the image or nothing at all (masks, positions, empty caches). Types, ranks and fixed lengths are the graph's own.
 *
 * Source: transformers.js `modeling_utils.js` (decoder_forward, encoder_forward), optimum `OnnxConfig` input names, onnxruntime-genai;
 * RUNTIME C.4.
 */
import { HeadlightError } from '../errors.ts';
import type { InputFacts, RunParams } from '../protocol/engine.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { typeName } from './dtypes.ts';
import { cacheAxes } from './feed-caches.ts';
import { FeedContext } from './feed-context.ts';
import { type PlannedInput, roleOf } from './feed-roles.ts';
import { rawFor } from './feed-values.ts';
import { declared, type Graph } from './graph.ts';
import { shapeWords } from './lengths.ts';

/** `config.json`, or null where there is none. */
export type ModelConfig = Readonly<Record<string, unknown>> | null;

export interface FeedPlan {
  readonly inputs: readonly PlannedInput[];
  readonly config: ModelConfig;
}

/** What an earlier model of a pair made: the encoder's last hidden states [B, S, D]. */
export interface EncoderResult {
  readonly states: Tensor;
  /** 1 = attend, [S]; left out: all ones. */
  readonly mask?: readonly number[];
}

export interface Feeds {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly warnings: readonly string[];
  /** How many tokens at the end are padding, because the graph was exported for a fixed length. */
  readonly padding: number;
}

/** Decides how each input of a graph will be filled. */
export function planFeeds(graph: Graph, config: ModelConfig): FeedPlan {
  const inputs = graph.inputs.map((value) => {
    const { type, shape } = declared(value);
    return { name: value.name, type, shape };
  });
  const names = new Set(inputs.map(({ name }) => name));
  return { config, inputs: inputs.map((input) => ({ ...input, shape: cacheAxes(graph, input, config), role: roleOf(input, names) })) };
}

/** The plan for people: every input with its type, shape and how it is filled. */
export function inputFacts(plan: FeedPlan): InputFacts[] {
  return plan.inputs.map(({ name, type, shape, role }) => ({
    name,
    dtype: typeName(type),
    shape: (shape ?? []).map((axis) => axis ?? '?'),
    filledBy: role?.words ?? null,
  }));
}

/**
 * The tensors of one run.
 * @param run raw inputs win over everything else, and lengths follow them
 * @param encoder what the encoder of a pair of files made
 * @throws HeadlightError `input` naming what nobody gave and nothing can fill in; `shape` for a raw input that does not fit the graph
 */
export function makeFeeds(plan: FeedPlan, run: RunParams, encoder: EncoderResult | null = null): Feeds {
  checkCaches(plan, run);
  const context = new FeedContext(plan, run, encoder);
  const feeds: Record<string, Tensor> = {};
  const missing: string[] = [];
  for (const input of plan.inputs) {
    const raw = run.raw?.[input.name];
    const value = raw ? rawFor(context, input, raw) : (input.role?.fill(context, input) ?? null);
    if (value) feeds[input.name] = raw ? value : repeat(value, input, context);
    else
      missing.push(
        `${input.name} (${typeName(input.type)} [${shapeWords(input.shape ?? [])}]${input.role ? `: ${input.role.words}` : ''})`,
      );
  }
  if (missing.length > 0) {
    const inputs = missing.length > 1 ? 'inputs' : 'input';
    throw new HeadlightError(
      'input',
      `The model needs the ${inputs} ${missing.join(', ')}, which nobody gave. Give ${missing.length > 1 ? 'them' : 'it'} by name.`,
    );
  }
  return { feeds, warnings: context.warnings, padding: context.padding };
}

/** A cache that the graph at hand does not take (a merged decoder is run by its branch without one) must not be lost in silence. */
function checkCaches(plan: FeedPlan, { raw = {} }: RunParams): void {
  const taken = new Set(plan.inputs.map(({ name }) => name));
  const lost = Object.keys(raw).find((name) => /^past/.test(name) && raw[name]!.data.length > 0 && !taken.has(name));
  if (lost === undefined) return;
  const advice = 'Leave the cache out and give all tokens, or open the file that takes one.';
  throw new HeadlightError('unsupported', `${lost} was given a filled cache, but this model is run without one. ${advice}`);
}

/** A graph with a fixed batch gets the same thing as often as it wants it; so does one that is given a batch by raw inputs. */
function repeat(value: Tensor, input: PlannedInput, context: FeedContext): Tensor {
  const fixed = input.shape?.[0];
  const batch = typeof fixed === 'number' ? fixed : isBatched(input) ? context.batch : 1;
  if (batch <= 1 || value.shape[0] !== 1 || value.data.length === 0) return value;
  if (context.batch === 1) context.warn(`The model was exported for a batch of ${batch}: it gets the same input ${batch} times.`);
  const data = value.data.constructor as new (size: number) => typeof value.data;
  const copies = new data(value.data.length * batch);
  for (let i = 0; i < copies.length; i++) copies[i] = value.data[i % value.data.length]!;
  return tensor(value.dtype, [batch, ...value.shape.slice(1)], copies);
}

/** Roles whose first axis is B. */
function isBatched({ role, shape }: PlannedInput): boolean {
  return (shape?.length ?? 0) >= 2 && role !== null && !['cache', 'headMask'].includes(role.name);
}
