/** What commands of VS Code ask of the panel. */
import type { PanelAction } from '../../model/protocol/panel.ts';
import type { Checks } from './checks.ts';
import { goBack, goForward, stepHead } from './select.ts';
import type { Sessions } from './session.ts';
import { type Store, setView } from './store.ts';

export function act(
  store: Store,
  { sessions, checks }: { readonly sessions: Sessions; readonly checks: Checks },
  action: PanelAction,
): void {
  const ask = (what: 'export' | 'compare' | 'check') => {
    store.asked.value = what;
  };
  const actions: Record<PanelAction, () => void> = {
    back: () => goBack(store),
    forward: () => goForward(store),
    nextHead: () => stepHead(store, 1),
    previousHead: () => stepHead(store, -1),
    table: () => setView(store, { table: !store.view.peek().table }),
    cancel: () => sessions.cancel(),
    export: () => ask('export'),
    compare: () => ask('compare'),
    check: () => {
      ask('check');
      void checks.start();
    },
  };
  actions[action]();
}
