/** What the model page knows and shows. */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError } from '../../model/errors.ts';
import type { Channel } from '../../model/protocol/channel.ts';
import type { WireError } from '../../model/protocol/engine.ts';
import type {
  AttentionFacts,
  PageFacts,
  PageHostNotifications,
  PageHostRequests,
  PageNotifications,
} from '../../model/protocol/explorer.ts';

export type PageHost = Channel<PageHostRequests, PageHostNotifications, Record<never, never>, PageNotifications>;

/** Something that is being read, was read, or cannot be. */
export type Loaded<T> =
  | { readonly at: 'loading' }
  | { readonly at: 'ready'; readonly value: T }
  | { readonly at: 'failed'; readonly error: WireError };

export type TabName = 'overview' | 'tensors' | 'graph' | 'heads' | 'embeddings' | 'tokenizer';

export interface PageState {
  readonly facts: Signal<Loaded<PageFacts>>;
  readonly attention: Signal<Loaded<AttentionFacts>>;
  readonly tab: Signal<TabName>;
  /** Name of the tensor that is open, null for none. */
  readonly tensor: Signal<string | null>;
  /** Name of a node that shall be shown; null once it is. */
  readonly node: Signal<string | null>;
  /** Words for those who hear the page. */
  readonly said: Signal<string>;
  /** Reads the file (again). */
  read(): void;
  reveal(tab: string, name: string | null): void;
}

const TABS: readonly TabName[] = ['overview', 'tensors', 'graph', 'heads', 'embeddings', 'tokenizer'];
const LOADING = { at: 'loading' } as const;

export function createPage(host: PageHost): PageState {
  const began = performance.now();
  const facts = signal<Loaded<PageFacts>>(LOADING);
  const attention = signal<Loaded<AttentionFacts>>(LOADING);
  const tab = signal<TabName>('overview');
  const tensor = signal<string | null>(null);
  const node = signal<string | null>(null);
  const read = async () => {
    attention.value = LOADING;
    facts.value = await loaded(host.request('facts', null));
    requestAnimationFrame(() => host.notify('painted', { ms: performance.now() - began, loadMs: began }));
    if (facts.value.at === 'ready') attention.value = await loaded(host.request('attention', null));
  };
  return {
    ...{ facts, attention, tab, tensor, node },
    said: signal(''),
    read: () => void read(),
    reveal(to, name) {
      const known = TABS.find((one) => one === to);
      if (known) tab.value = known;
      if (name !== null) (known === 'graph' ? node : tensor).value = name;
    },
  };
}

/** The result of a request, or its error as a value. */
export async function loaded<T>(request: Promise<T>): Promise<Loaded<T>> {
  try {
    return { at: 'ready', value: await request };
  } catch (error) {
    const { code, message } = asHeadlightError(error, 'internal', 'The model cannot be shown');
    return { at: 'failed', error: { code, message } };
  }
}
