/** Every head's metrics, measured in the background after a run: one head after the other, in idle time, behind whatever a view waits for. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Metric, type MetricTokens, metrics, metricsFor } from '../../model/metrics/index.ts';
import { percent, short } from '../draw/numbers.ts';
import { sideOf } from './axis.ts';
import type { Maps } from './maps.ts';
import type { Store } from './store.ts';
import { type HeadRef, headKey, type Session, type Site, type ViewOptions } from './types.ts';

/** Metric values by id. NaN where a metric has no case in this text. */
export type Values = Readonly<Record<string, number>>;
export type MeasuresByHead = ReadonlyMap<string, Values>;

export interface MetricWords {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly show: (value: number) => string;
}

/** A metric's value with its unit, as people read it. */
export function valueWords(metric: Pick<Metric, 'unit'>, value: number): string {
  if (!Number.isFinite(value)) return 'no case';
  if (metric.unit === 'share') return percent(value);
  return `${short(value)} ${metric.unit === 'bit' ? (value === 1 ? 'bit' : 'bits') : 'tokens'}`;
}

export const METRICS: readonly MetricWords[] = metrics.map((m) => ({
  id: m.id,
  name: m.name.toLowerCase(),
  title: `${m.definition}\n${m.formula}\n${m.source}`,
  show: (value) => valueWords(m, value),
}));

export const metricName = (id: string): string => METRICS.find((m) => m.id === id)?.name ?? id;

/** Entropy in bits of each row of a head. */
export function rowEntropies(weights: Float32Array, queries: number, keys: number): Float32Array {
  const bits = new Float32Array(queries);
  for (let t = 0; t < queries; t++) {
    let sum = 0;
    for (let s = t * keys; s < (t + 1) * keys; s++) {
      const a = weights[s]!;
      if (a > 0) sum -= a * Math.log2(a);
    }
    bits[t] = sum;
  }
  return bits;
}

export interface Measures {
  readonly byHead: Signal<MeasuresByHead>;
  /** Entropy of each query's row, by head. */
  readonly entropies: Signal<ReadonlyMap<string, Float32Array>>;
  /** Heads measured and heads in all. */
  readonly done: Signal<{ readonly heads: number; readonly of: number }>;
  dispose(): void;
}

/** More weights than this are not measured before somebody asks for metrics: 144 heads of 1,024 tokens are fewer. */
const MOST_UNASKED = 2e8;

const weightsOf = (session: Session): number =>
  [...session.sites.values()].reduce((sum, { run }) => sum + run.heads * run.queries * run.keys, 0);

/** Whether a view shows metrics of all heads. */
const asks = ({ tab, sort, tint }: ViewOptions): boolean => tab === 'metrics' || sort !== 'layer' || tint !== 'none';

/** Measures every new run from its start; an older one is left off at once. */
export function watchMeasures({ session, view }: Pick<Store, 'session' | 'view'>, maps: ReadonlySignal<Maps | null>): Measures {
  const wanted = computed(() => session.value !== null && (weightsOf(session.value) <= MOST_UNASKED || asks(view.value)));
  const byHead = signal<MeasuresByHead>(new Map());
  const entropies = signal<ReadonlyMap<string, Float32Array>>(new Map());
  const done = signal({ heads: 0, of: 0 });
  const measures = { byHead, entropies, done };
  const dispose = effect(() => {
    const [now, from] = [session.value, maps.value];
    byHead.value = new Map();
    entropies.value = new Map();
    done.value = { heads: 0, of: 0 };
    if (now && from && wanted.value) void measureAll(now, from, measures);
  });
  return { ...measures, dispose };
}

async function measureAll(session: Session, maps: Maps, into: Omit<Measures, 'dispose'>): Promise<void> {
  const sites = [...session.sites.values()];
  const of = sites.reduce((sum, s) => sum + s.run.heads, 0);
  let heads = 0;
  into.done.value = { heads, of };
  for (const site of sites) {
    const values = new Map<string, Values>();
    const rows = new Map<string, Float32Array>();
    for (let head = 0; head < site.run.heads; head++) {
      const ref: HeadRef = { kind: site.kind, layer: site.layer, head };
      await quiet(maps);
      if (maps.ended) return;
      const measured = await measureHead(session, site, ref, maps);
      if (!measured) return;
      values.set(headKey(ref), measured.values);
      rows.set(headKey(ref), measured.entropies);
    }
    heads += site.run.heads;
    // Once a layer, so that views are not drawn again for every head.
    into.byHead.value = new Map([...into.byHead.peek(), ...values]);
    into.entropies.value = new Map([...into.entropies.peek(), ...rows]);
    into.done.value = { heads, of };
  }
}

/** Null when the run has gone, or cannot give the weights: then the view that asks for this head says so, where it matters. */
async function measureHead(
  session: Session,
  site: Site,
  ref: HeadRef,
  maps: Maps,
): Promise<{ values: Values; entropies: Float32Array } | null> {
  const weights = await maps.once(ref).then(
    (w) => w.weights,
    () => null,
  );
  if (!weights || maps.ended) return null;
  const { queries, keys } = site.run;
  const tokens = tokensOf(session, site);
  const values: Record<string, number> = {};
  for (const metric of metricsFor(site.kind !== 'cross')) {
    values[metric.id] = metric.perHead(weights, queries, keys, tokens);
    await quiet(maps);
  }
  return { values, entropies: rowEntropies(weights, queries, keys) };
}

/** Every metric of a head whose weights are there. */
export function valuesOf(session: Session, site: Site, weights: Float32Array): Values {
  const { queries, keys } = site.run;
  const tokens = tokensOf(session, site);
  return Object.fromEntries(metricsFor(site.kind !== 'cross').map((m) => [m.id, m.perHead(weights, queries, keys, tokens)]));
}

function tokensOf(session: Session, site: Site): MetricTokens {
  const { tokens, count } = sideOf(session, site, 'keys');
  return {
    keyIds: Array.from({ length: count }, (_, i) => tokens[i]?.id ?? -1),
    special: Array.from({ length: count }, (_, i) => tokens[i]?.special ?? false),
  };
}

/** Waits while views wait for the engine. */
async function quiet(maps: Maps): Promise<void> {
  await breath();
  while (maps.busy && !maps.ended) await idle();
}

/** Longest stretch of work before the browser may do something else: half a frame. */
const STRETCH_MS = 8;
let startedMs = 0;

/** Goes on at once while there is time left in the stretch, else in the next idle time. */
async function breath(): Promise<void> {
  if (performance.now() - startedMs >= STRETCH_MS) await idle();
}

const idle = (): Promise<void> =>
  new Promise((resolve) => {
    requestIdleCallback(
      () => {
        startedMs = performance.now();
        resolve();
      },
      { timeout: 50 },
    );
  });
