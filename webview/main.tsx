/** The panel's page: connects the host, the engine and the views. */
import './main.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { asHeadlightError, HeadlightError } from '../model/errors.ts';
import { watchTheme } from './colour/theme.ts';
import { assetsBeside, startEngine } from './engine/client.ts';
import { connectHost, type HostChannel, savedPanel, vscode } from './host.ts';
import { act } from './state/act.ts';
import { Checks } from './state/checks.ts';
import { markSpans } from './state/links.ts';
import { watchMeasures } from './state/measures.ts';
import { mirror, rowFor } from './state/mirror.ts';
import { keep, lookOf, restore } from './state/saved.ts';
import { selectFromHost } from './state/select.ts';
import { Sessions } from './state/session.ts';
import { watchShown } from './state/shown.ts';
import { createStore } from './state/store.ts';
import { Walks } from './state/walks.ts';
import { watchKeyboard } from './ui/keyboard.ts';
import { App } from './views/app.tsx';
import { PanelProvider } from './views/context.ts';
import { lookAt } from './views/look-at.ts';

const store = createStore();
const { theme } = watchTheme();
const engine = startEngine(assetsBeside(import.meta.url));
const sessions = new Sessions(store, engine);
const checks = new Checks(store, engine);
const walks = new Walks(engine);
const shown = watchShown(store, sessions.maps);
const measuring = watchMeasures(store, sessions.maps);

restore(store, savedPanel());
keep(store, vscode);

const host: HostChannel = connectHost(
  {
    show: (params, call) => sessions.show(params, call),
    look: () => lookOf(store),
    row: (params) => rowFor(store, sessions.maps.peek(), params),
  },
  {
    select: (change) => selectFromHost(store, change),
    links: (spans) => markSpans(store, spans),
    stale: ({ stale }) => {
      store.stale.value = stale;
    },
    act: ({ action }) => act(store, { sessions, checks }, action),
    look: ({ tab, positions }) => lookAt(store, tab, positions),
  },
);
sessions.connect(host);
mirror(store, shown, measuring, host);

window.addEventListener('unhandledrejection', (event) => tell(event.reason));
window.addEventListener('error', (event) => {
  // An observer of sizes that is called again within a frame reports itself without an error, and harms nothing.
  if (event.error) tell(event.error);
});
function tell(reason: unknown): void {
  const { code, message } = reason instanceof HeadlightError ? reason : asHeadlightError(reason, 'internal', 'The panel failed');
  if (code !== 'cancelled' && code !== 'disposed') host.notify('failed', { error: { code, message } });
}

const panel = { store, theme, maps: sessions.maps, shown, measures: measuring.byHead, measuring, sessions, checks, walks, host };
render(
  <PanelProvider value={panel}>
    <App />
  </PanelProvider>,
  document.getElementById('root') ?? document.body,
);
// A reader of the page (a test, a screen reader's automation) finds the kind of theme here.
effect(() => {
  document.body.dataset.theme = theme.value.kind;
});
watchKeyboard(() => host.notify('leave', null));
host.notify('ready', null);
