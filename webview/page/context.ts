/** What every view of the model page may use. */
import type { Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Theme } from '../colour/theme.ts';
import type { PageHost, PageState } from './state.ts';

export interface Page extends PageState {
  readonly host: PageHost;
  readonly theme: Signal<Theme>;
}

const Context = createContext<Page | null>(null);
export const PageProvider = Context.Provider;

export function usePage(): Page {
  const page = useContext(Context);
  if (!page) throw new Error('usePage outside of PageProvider.');
  return page;
}
