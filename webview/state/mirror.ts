/** What the host knows of the panel: every selection with its weights, and every head's metrics. */
import { effect, type ReadonlySignal } from '@preact/signals';
import { HeadlightError } from '../../model/errors.ts';
import type { HeadMeasures, HostNotifications, RowParams } from '../../model/protocol/panel.ts';
import type { HostChannel } from '../host.ts';
import { sideOf } from './axis.ts';
import type { Maps } from './maps.ts';
import type { Measures } from './measures.ts';
import { groupedOf, rowOf, type ShownState } from './shown.ts';
import type { Store } from './store.ts';
import { type HeadRef, type Session, siteKey } from './types.ts';

/** Tells the host; `selected` goes out once the weights of the selection are there. */
export function mirror(store: Store, shown: ReadonlySignal<ShownState>, measures: Measures, host: HostChannel): () => void {
  const stopSelected = effect(() => {
    const now = shown.value;
    const selection = store.selection.value;
    if (!store.session.value || now.state === 'loading' || now.state === 'nothing') return;
    const whole = now.state === 'ready' && !now.value.against && !now.value.over && selection.query !== null;
    const weights = whole ? rowOf(now.value, [selection.query!, ...store.queries.value], 'from') : null;
    const { grouping } = store.view.value;
    host.notify('selected', within(store.session.value.base, { selection, weights, grouping }));
  });
  const stopMeasured = effect(() => {
    const heads = [...measures.byHead.value].map(([key, values]): HeadMeasures => ({ ...refOf(key), values }));
    if (heads.length > 0) host.notify('measured', { heads });
  });
  return () => {
    stopSelected();
    stopMeasured();
  };
}

/** The host knows the text that was run, not what the model said after it. */
function within(base: Session | undefined, selected: HostNotifications['selected']): HostNotifications['selected'] {
  const ran = base?.sites.get(siteKey(selected.selection))?.run;
  if (!ran) return selected;
  const { selection, weights, grouping } = selected;
  const known = selection.query !== null && selection.query < ran.queries;
  const key = selection.key !== null && selection.key < ran.keys ? selection.key : null;
  return {
    selection: { ...selection, query: known ? selection.query : null, key },
    weights: known ? (weights?.slice(0, ran.keys) ?? null) : null,
    grouping,
  };
}

function refOf(key: string): HeadRef {
  const [kind, layer, head] = key.split('/');
  return { kind: kind as HeadRef['kind'], layer: Number(layer), head: Number(head) };
}

/**
 * One row or column for the host (hover cards), of the group that the token is in where the view groups.
 * @throws HeadlightError `not-found` for a head or token that the run does not have
 */
export async function rowFor(store: Store, maps: Maps | null, { kind, layer, head, token, direction }: RowParams): Promise<Float32Array> {
  const site = store.session.peek()?.sites.get(siteKey({ kind, layer }));
  if (!maps || !site || head >= site.run.heads)
    throw new HeadlightError('not-found', `The run has no head ${head + 1} in layer ${layer + 1}.`);
  const { queries, keys } = site.run;
  const most = direction === 'from' ? queries : keys;
  if (token < 0 || token >= most) throw new HeadlightError('not-found', `The run has no token ${token + 1}; it has ${most}.`);
  const { weights } = await maps.once({ kind, layer, head });
  const session = store.session.peek()!;
  const sides = { queries: sideOf(session, site, 'queries'), keys: sideOf(session, site, 'keys') };
  const grouped = groupedOf(sides.queries, sides.keys, store.view.peek().grouping);
  return rowOf({ weights, ...sides, grouped }, [token], direction);
}
