/** Attention flow of a query, through all layers up to one, when somebody asks for it. */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { LayeredFlow } from '../../model/metrics/maxflow.ts';
import { withResidual } from '../../model/metrics/residual.ts';
import type { SiteKind } from '../../model/protocol/engine.ts';
import type { Maps } from './maps.ts';
import { layerWeights, sitesOf } from './rollout.ts';
import type { Loaded, Session, Site } from './types.ts';

/** One maximum flow a key: beyond this many tokens a query takes longer than people wait. */
const MOST_TOKENS = 128;

/** Longest stretch of work before the page breathes. */
const STRETCH_MS = 12;

export class Flows {
  readonly #rows = new Map<string, Signal<Loaded<Float32Array>>>();
  readonly #layers = new Map<string, Promise<Float64Array>>();

  constructor(
    private readonly session: Session,
    private readonly maps: Maps,
  ) {}

  /** Flow to each key from a query above layer `layer`, as a map `[T, T]` with this one row. */
  row(kind: SiteKind, layer: number, query: number): Signal<Loaded<Float32Array>> {
    const key = `${kind}/${layer}/${query}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const row = signal<Loaded<Float32Array>>({ state: 'loading' });
    this.#rows.set(key, row);
    void this.#fill(row, sitesOf(this.session, kind).slice(0, layer + 1), query);
    return row;
  }

  async #fill(row: Signal<Loaded<Float32Array>>, sites: readonly Site[], query: number): Promise<void> {
    try {
      const T = sites[0]?.run.queries ?? 0;
      if (T > MOST_TOKENS) {
        const words = `Attention flow is shown for up to ${MOST_TOKENS} tokens, this text has ${T}. Select a shorter piece of text.`;
        throw new HeadlightError('limit', words);
      }
      const network = new LayeredFlow(await Promise.all(sites.map((site) => this.#layer(site))), T);
      const map = new Float32Array(T * T);
      let begunMs = performance.now();
      for (let key = 0; key < T; key++) {
        map[query * T + key] = network.maximum(query, key);
        if (performance.now() - begunMs < STRETCH_MS) continue;
        await new Promise((resolve) => setTimeout(resolve));
        if (this.maps.ended) return;
        begunMs = performance.now();
      }
      row.value = { state: 'ready', value: map };
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'runtime', 'Attention flow could not be computed');
      row.value = { state: 'failed', error: { code, message } };
    }
  }

  #layer(site: Site): Promise<Float64Array> {
    const known = this.#layers.get(site.key);
    if (known) return known;
    const made = layerWeights(this.maps, site).then((weights) => withResidual(weights, site.run.heads, site.run.queries));
    this.#layers.set(site.key, made);
    return made;
  }
}
