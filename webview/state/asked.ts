/** Which tokens ask, and on which side of the map: rows ask where they look, columns who looks at them. */
import { batch } from '@preact/signals';
import { select, toggleQuery } from './select.ts';
import type { Shown } from './shown.ts';
import { type Store, setView } from './store.ts';

/** Whether rows and columns are two different texts. */
export const hasTwoTexts = ({ site }: Pick<Shown, 'site'>): boolean => site.kind === 'cross';

/** What the asking side's token is in the selection: with one text, the query asks in both directions. */
export const askingField = (shown: Pick<Shown, 'site'>, direction: 'from' | 'to'): 'query' | 'key' =>
  direction === 'to' && hasTwoTexts(shown) ? 'key' : 'query';

/** The chosen tokens of the asking side. */
export function askedTokens(store: Store, shown: Pick<Shown, 'site'>): number[] {
  const { query, key } = store.selection.value;
  if (askingField(shown, store.view.value.direction) === 'key') return key === null ? [] : [key];
  return query === null ? [] : [query, ...store.queries.value];
}

/** Chooses a token of one side of a map between two texts, which then asks. */
export function askFrom(store: Store, side: 'queries' | 'keys', token: number, more = false): void {
  batch(() => {
    setView(store, { direction: side === 'queries' ? 'from' : 'to' });
    if (side === 'keys') select(store, { key: token });
    else if (more) toggleQuery(store, token);
    else select(store, { query: token });
  });
}
