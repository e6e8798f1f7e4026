/** The host opens a tab. */
import { type Store, setView } from '../state/store.ts';
import { VIEWS } from './registry.tsx';

/** Shows the picture, not the table behind it; a tab that there is not changes nothing. */
export function lookAt(store: Store, tab: string, positions: string | null): void {
  const view = VIEWS.find(({ id }) => id === tab);
  if (view) setView(store, { tab: view.id, table: false, ...(positions === null ? {} : { positions }) });
}
