/** What every view of the page that compares two models may use. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DiffHost, DiffState } from './state.ts';

export interface Diff extends DiffState {
  readonly host: DiffHost;
}

const Context = createContext<Diff | null>(null);
export const DiffProvider = Context.Provider;

export function useDiff(): Diff {
  const diff = useContext(Context);
  if (!diff) throw new Error('useDiff outside of DiffProvider.');
  return diff;
}
