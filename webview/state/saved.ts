/** The panel over a reload of the window: selection and view go into VS Code's webview state and come back from it. */
import { effect } from '@preact/signals';
import type { SavedPanel } from '../../model/protocol/panel.ts';
import type { VsCodeApi } from '../host.ts';
import type { Store } from './store.ts';
import { DEFAULT_VIEW, type ViewOptions } from './types.ts';

/** Brings back what an earlier life kept. Options that this version does not know are left out. */
export function restore(store: Store, saved: SavedPanel | null): void {
  if (!saved) return;
  store.view.value = viewFrom(saved.view);
  if (saved.selection) store.selection.value = saved.selection;
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

const SETTLED_MS = 100;

/** Keeps selection and view as they change. */
export function keep(store: Store, vscode: VsCodeApi): () => void {
  let timer: ReturnType<typeof setTimeout>;
  return effect(() => {
    const session = store.session.value;
    if (!session) return;
    const saved: SavedPanel = { restore: session.show.restore ?? null, selection: store.selection.value, view: store.view.value };
    // Not at every step of a walk through the heads.
    clearTimeout(timer);
    timer = setTimeout(() => vscode.setState(saved), SETTLED_MS);
  });
}
