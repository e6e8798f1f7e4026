/** The panel's one store: what is shown, what is selected and how it is viewed. Views read signals; only the functions in `state/` write them. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Selection } from '../../model/protocol/selection.ts';
import type { FirstHead, Kept } from './kept.ts';
import type { Spans } from './links.ts';
import { DEFAULT_VIEW, type HeadRef, type Over, type Phase, type Session, type Site, siteKey, type ViewOptions } from './types.ts';

/** A moment that back and forward return to. */
export interface Moment {
  readonly selection: Selection;
  readonly picked: readonly HeadRef[];
  readonly tab: ViewOptions['tab'];
}

/** Cell or token under the pointer, in token numbers. */
export interface Pointed {
  readonly query: number | null;
  readonly key: number | null;
}

export interface Store {
  readonly phase: Signal<Phase>;
  readonly session: Signal<Session | null>;
  readonly selection: Signal<Selection>;
  /** Further heads beside the selected one, at most seven. */
  readonly picked: Signal<readonly HeadRef[]>;
  /** Further query tokens beside the selected one. */
  readonly queries: Signal<readonly number[]>;
  /** Head that the selected one is compared with, or null. */
  readonly against: Signal<HeadRef | null>;
  /** Whether layers are shown together (rollout or flow up to the selected layer) instead of the selected head. */
  readonly over: Signal<Over | null>;
  /** An earlier run that later ones are compared with, or null. */
  readonly kept: Signal<Kept | null>;
  /** The head that stands first in the comparison. */
  readonly first: Signal<FirstHead>;
  /** Two stretches of the text that were marked to find the heads that link them; they hold as long as their query and key are selected. */
  readonly spans: Signal<(Spans & Pick<Selection, 'query' | 'key'>) | null>;
  /** Cells that stay marked. */
  readonly pins: Signal<readonly { readonly query: number; readonly key: number }[]>;
  /** The window that is looked at in layers that attend within windows. */
  readonly window: Signal<number>;
  readonly pointed: Signal<Pointed>;
  readonly view: Signal<ViewOptions>;
  readonly stale: Signal<boolean>;
  readonly past: Signal<readonly Moment[]>;
  readonly future: Signal<readonly Moment[]>;
  /** Something that a command of VS Code asked to open. */
  readonly asked: Signal<'export' | 'compare' | 'check' | 'links' | null>;
  /** What a screen reader is told next. */
  readonly said: Signal<string>;
  /** The selected head's site, null before a run. */
  readonly site: ReadonlySignal<Site | null>;
  /** The selected head and those picked beside it, in the order of their colours. */
  readonly heads: ReadonlySignal<readonly HeadRef[]>;
}

export const NO_SELECTION: Selection = { kind: 'self', layer: 0, head: 0, query: null, key: null };
const NOTHING: Pointed = { query: null, key: null };

export function createStore(): Store {
  const session = signal<Session | null>(null);
  const selection = signal<Selection>(NO_SELECTION);
  const picked = signal<readonly HeadRef[]>([]);
  return {
    phase: signal<Phase>({ at: 'empty' }),
    session,
    selection,
    picked,
    queries: signal<readonly number[]>([]),
    against: signal<HeadRef | null>(null),
    over: signal<Over | null>(null),
    kept: signal<Kept | null>(null),
    first: signal<FirstHead>({ run: 'this', layer: null, head: null }),
    spans: signal<(Spans & Pick<Selection, 'query' | 'key'>) | null>(null),
    pins: signal<readonly { query: number; key: number }[]>([]),
    window: signal(0),
    pointed: signal<Pointed>(NOTHING),
    view: signal<ViewOptions>(DEFAULT_VIEW),
    stale: signal(false),
    past: signal<readonly Moment[]>([]),
    future: signal<readonly Moment[]>([]),
    asked: signal<'export' | 'compare' | 'check' | 'links' | null>(null),
    said: signal(''),
    site: computed(() => session.value?.sites.get(siteKey(selection.value)) ?? null),
    heads: computed(() => {
      const { kind, layer, head } = selection.value;
      return [{ kind, layer, head }, ...picked.value];
    }),
  };
}

/** Changes some of the view's options. */
export function setView(store: Store, change: Partial<ViewOptions>): void {
  store.view.value = { ...store.view.peek(), ...change };
}

/** The window of a site that is looked at: the chosen one, as far as the site has it. */
export function windowOf(store: Store, key: string): number {
  const batch = store.session.value?.sites.get(key)?.run.batch ?? 1;
  return Math.max(0, Math.min(store.window.value, batch - 1));
}
