/** Attention rollout of a run, layer by layer, when somebody asks for it. */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { rolloutStep, unmixed } from '../../model/metrics/rollout.ts';
import type { SiteKind } from '../../model/protocol/engine.ts';
import type { Maps } from './maps.ts';
import type { Loaded, Session, Site } from './types.ts';

/** A step is T³ multiplications in one go: more would hold the page for longer than a frame may last. */
const MOST_TOKENS = 400;

type Layers = readonly Signal<Loaded<Float32Array>>[];

export class Rollouts {
  readonly #kinds = new Map<SiteKind, Layers>();

  constructor(
    private readonly session: Session,
    private readonly maps: Maps,
  ) {}

  /** R of layer 0 … `layer` of a kind, `[T, T]`. */
  upTo(kind: SiteKind, layer: number): Signal<Loaded<Float32Array>> {
    let layers = this.#kinds.get(kind);
    if (!layers) {
      const sites = sitesOf(this.session, kind);
      layers = sites.map(() => signal<Loaded<Float32Array>>({ state: 'loading' }));
      this.#kinds.set(kind, layers);
      void this.#compute(sites, layers);
    }
    return layers[layer] ?? signal<Loaded<Float32Array>>(missing(layer));
  }

  async #compute(sites: readonly Site[], layers: Layers): Promise<void> {
    let next = 0;
    try {
      check(sites);
      const T = sites[0]!.run.queries;
      let mixed = unmixed(T);
      for (; next < sites.length; next++) {
        const weights = await layerWeights(this.maps, sites[next]!);
        if (this.maps.ended) return;
        mixed = rolloutStep(mixed, weights, sites[next]!.run.heads, T);
        layers[next]!.value = { state: 'ready', value: Float32Array.from(mixed) };
        // The page breathes between layers.
        await new Promise((resolve) => setTimeout(resolve));
      }
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'runtime', 'Rollout could not be computed');
      for (const layer of layers.slice(next)) layer.value = { state: 'failed', error: { code, message } };
    }
  }
}

/** Weights of all heads of a layer, [H, T, T]. */
export async function layerWeights(maps: Maps, { kind, layer, run }: Site): Promise<Float32Array> {
  const size = run.queries * run.keys;
  const weights = new Float32Array(run.heads * size);
  for (let head = 0; head < run.heads; head++) weights.set((await maps.once({ kind, layer, head })).weights, head * size);
  return weights;
}

const missing = (layer: number): Loaded<Float32Array> => ({
  state: 'failed',
  error: { code: 'not-found', message: `The run has no layer ${layer + 1} to roll out to.` },
});

/** Layers of a kind from the first up. */
export const sitesOf = (session: Session, kind: SiteKind): Site[] =>
  [...session.sites.values()].filter((s) => s.kind === kind).sort((a, b) => a.layer - b.layer);

/** Whether rollout has a meaning: layers of one stack over one sequence, none missing. */
export const canRollOut = (session: Session, kind: SiteKind): boolean => {
  const sites = sitesOf(session, kind);
  return (
    kind !== 'cross' &&
    sites.length > 1 &&
    sites.every(({ layer, run }, i) => layer === i && run.queries === run.keys && run.keys === sites[0]!.run.keys)
  );
};

function check(sites: readonly Site[]): void {
  const tokens = sites[0]?.run.queries ?? 0;
  if (tokens <= MOST_TOKENS) return;
  throw new HeadlightError(
    'limit',
    `Rollout is shown for up to ${MOST_TOKENS} tokens, this text has ${tokens}. Select a shorter piece of text.`,
  );
}
