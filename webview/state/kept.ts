/** A run kept beside the next one, as numbers: the engine may forget it, another model may take its place, and it can still be compared. */
import type { Maps } from './maps.ts';
import type { Store } from './store.ts';
import { type HeadRef, headKey, type Session, sameHead } from './types.ts';

export interface Kept {
  readonly session: Session;
  /** The head that was chosen. */
  readonly head: HeadRef;
  /** Weights [T, S] by head. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Heads of the run, whether kept or not. */
  readonly of: number;
  readonly underWay: boolean;
}

/** Which head of which run stands first in a comparison; null: the same as the selected one. */
export interface FirstHead {
  readonly run: 'this' | 'kept';
  readonly layer: number | null;
  readonly head: number | null;
}

/** Weights that a kept run may take. */
export const MOST_KEPT_BYTES = 64 * 2 ** 20;

/** Keeps the run on screen: the chosen head first, then its layer's, then the others, as far as the room goes. */
export async function keepRun(store: Store, maps: Maps, mostBytes = MOST_KEPT_BYTES): Promise<void> {
  const session = store.session.peek();
  if (!session) return;
  const chosen = store.selection.peek();
  const heads = nearestFirst(session, chosen);
  const weights = new Map<string, Float32Array>();
  const put = (underWay: boolean) => {
    store.kept.value = { session, head: chosen, weights: new Map(weights), of: heads.length, underWay };
  };
  put(true);
  store.first.value = { run: 'kept', layer: null, head: null };
  let bytes = 0;
  for (const ref of heads) {
    const known = await weightsOf(maps, ref);
    if (store.kept.peek()?.session !== session) return;
    if (!known || maps.ended || bytes + known.byteLength > mostBytes) break;
    bytes += known.byteLength;
    weights.set(headKey(ref), known);
    if (weights.size === 1) put(true);
  }
  put(false);
}

export function forgetKept(store: Pick<Store, 'kept' | 'first'>): void {
  store.kept.value = null;
  store.first.value = { run: 'this', layer: null, head: null };
}

/** Null where the engine cannot give a head: then the view of that head says why. */
const weightsOf = (maps: Maps, ref: HeadRef): Promise<Float32Array | null> =>
  maps.once(ref).then(
    (w) => w.weights,
    () => null,
  );

function nearestFirst(session: Session, chosen: HeadRef): HeadRef[] {
  const all = [...session.sites.values()].flatMap(({ kind, layer, run }) =>
    Array.from({ length: run.heads }, (_, head) => ({ kind, layer, head })),
  );
  const far = (ref: HeadRef) => (sameHead(ref, chosen) ? 0 : ref.kind !== chosen.kind ? 1e6 : 1 + Math.abs(ref.layer - chosen.layer));
  return all.sort((a, b) => far(a) - far(b));
}

/** `headlight-gpt · “The keys to the cab…”`. */
export function runName({ show: { model, input } }: Session): string {
  if (input.kind === 'image') return `${model.name} · ${input.name}`;
  const text = input.text.replace(/\s+/gu, ' ').trim();
  return `${model.name} · “${text.length > 24 ? `${text.slice(0, 22)}…` : text}”`;
}
