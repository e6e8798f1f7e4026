/** The panel over a reload of the window: selection and view go into VS Code's webview state and come back from it. */
import { batch, effect } from '@preact/signals';
import type { Look, SavedPanel } from '../../model/protocol/panel.ts';
import type { VsCodeApi } from '../host.ts';
import { keptFrom, savedKept } from './kept-saved.ts';
import { MOST_HEADS } from './select.ts';
import type { Store } from './store.ts';
import { DEFAULT_VIEW, type HeadRef, siteKey, type ViewOptions } from './types.ts';

/** Brings back what an earlier life kept. Options that this version does not know are left out. */
export function restore(store: Store, saved: SavedPanel | null): void {
  if (!saved) return;
  store.view.value = viewFrom(saved.view);
  if (saved.selection) store.selection.value = saved.selection;
  store.kept.value = keptFrom(saved.kept);
  if (store.kept.value) store.first.value = { run: 'kept', layer: null, head: null };
}

/** The options in `saved` that have the type they should have; defaults for the rest. */
export function viewFrom(saved: unknown): ViewOptions {
  if (typeof saved !== 'object' || saved === null) return DEFAULT_VIEW;
  const known = Object.entries(DEFAULT_VIEW).map(([name, value]) => {
    const kept = (saved as Record<string, unknown>)[name];
    return [name, typeof kept === typeof value && Array.isArray(kept) === Array.isArray(value) ? kept : value];
  });
  return Object.fromEntries(known) as ViewOptions;
}

/** Everything about the view that a file or link keeps. */
export function lookOf(store: Store): Look {
  const { picked, queries, pins, against, over, view } = store;
  const look = {
    view: view.peek(),
    picked: picked.peek(),
    queries: queries.peek(),
    pins: pins.peek(),
    against: against.peek(),
    over: over.peek(),
  };
  return { selection: store.selection.peek(), look };
}

/** Brings a saved look back to a run that is on screen. What the run does not have is left out. */
export function applyLook(store: Store, look: unknown): void {
  const session = store.session.peek();
  if (typeof look !== 'object' || look === null || !session) return;
  const { view, picked, queries, pins, against, over } = look as Readonly<Record<string, unknown>>;
  const head = (ref: unknown) => isHead(ref) && ref.head < (session.sites.get(siteKey(ref))?.run.heads ?? 0);
  const selected = store.site.peek()?.run;
  const within = (token: unknown, count = 0): token is number =>
    Number.isInteger(token) && (token as number) >= 0 && (token as number) < count;
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const isPin = (p: unknown): p is { query: number; key: number } =>
    typeof p === 'object' && p !== null && within((p as Pin).query, selected?.queries) && within((p as Pin).key, selected?.keys);
  batch(() => {
    // Widths of columns and closed notices are this window's own.
    const { headsWidth, detailsWidth, closed } = store.view.peek();
    store.view.value = { ...viewFrom(view), headsWidth, detailsWidth, closed };
    store.picked.value = list(picked)
      .filter((ref): ref is HeadRef => head(ref))
      .slice(0, MOST_HEADS - 1);
    store.queries.value = list(queries).filter((q): q is number => within(q, selected?.queries));
    store.pins.value = list(pins).filter(isPin);
    store.against.value = head(against) ? (against as HeadRef) : null;
    store.over.value = over === 'rollout' || over === 'flow' ? over : null;
  });
}

type Pin = { readonly query: unknown; readonly key: unknown };

function isHead(value: unknown): value is HeadRef {
  const { kind, layer, head } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof kind === 'string' && Number.isInteger(layer) && Number.isInteger(head) && (head as number) >= 0;
}

const SETTLED_MS = 100;

/** Keeps selection and view as they change. */
export function keep(store: Store, vscode: VsCodeApi): () => void {
  let timer: ReturnType<typeof setTimeout>;
  return effect(() => {
    const session = store.session.value;
    if (!session) return;
    const { selection, view, kept } = store;
    const saved: SavedPanel = {
      ...{ restore: session.show.restore ?? null, selection: selection.value, view: view.value },
      kept: savedKept(kept.value),
    };
    // Not at every step of a walk through the heads.
    clearTimeout(timer);
    timer = setTimeout(() => vscode.setState(saved), SETTLED_MS);
  });
}
