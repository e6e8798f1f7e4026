/** What every view can reach. */
import type { ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Theme } from '../colour/theme.ts';
import type { HostChannel } from '../host.ts';
import type { Checks } from '../state/checks.ts';
import type { Maps } from '../state/maps.ts';
import type { Measures, MeasuresByHead } from '../state/measures.ts';
import type { Sessions } from '../state/session.ts';
import type { ShownState } from '../state/shown.ts';
import type { Store } from '../state/store.ts';
import type { Walks } from '../state/walks.ts';

export interface Panel {
  readonly store: Store;
  readonly theme: ReadonlySignal<Theme>;
  readonly maps: ReadonlySignal<Maps | null>;
  readonly shown: ReadonlySignal<ShownState>;
  readonly measures: ReadonlySignal<MeasuresByHead>;
  readonly measuring: Measures;
  readonly sessions: Sessions;
  readonly checks: Checks;
  readonly walks: Walks;
  readonly host: HostChannel;
}

const Context = createContext<Panel | null>(null);

export const PanelProvider = Context.Provider;

export function usePanel(): Panel {
  const panel = useContext(Context);
  if (!panel) throw new Error('A view stands outside the panel.');
  // Read here, so that another theme draws every view again: most use its colours after rendering, where nothing watches.
  void panel.theme.value;
  return panel;
}
