/** What the page that compares two models knows and shows. */
import { type Signal, signal } from '@preact/signals';
import { CancellationTokenSource } from 'vscode-jsonrpc/browser';
import { asHeadlightError } from '../../model/errors.ts';
import type { Channel } from '../../model/protocol/channel.ts';
import type { Compared, DiffHostNotifications, DiffHostRequests, DiffNotifications, Pair, Structure } from '../../model/protocol/diff.ts';
import { vscode } from '../host.ts';
import { type Loaded, loaded } from '../page/state.ts';

export type DiffHost = Channel<DiffHostRequests, DiffHostNotifications, Record<never, never>, DiffNotifications>;
export type TabName = 'weights' | 'structure';

/** How far the comparison is, in bytes. */
export interface Running {
  readonly done: number;
  readonly total: number;
}

export interface DiffState {
  readonly names: Signal<{ readonly base: string; readonly other: string } | null>;
  readonly structure: Signal<Loaded<Structure>>;
  /** By the pair's place in the structure. */
  readonly results: Signal<ReadonlyMap<number, Compared>>;
  readonly running: Signal<Running | null>;
  readonly dequantized: Signal<boolean>;
  readonly tab: Signal<TabName>;
  /** Path of the part whose tensors are listed, '' for all. */
  readonly part: Signal<string>;
  readonly chosen: Signal<number | null>;
  readonly said: Signal<string>;
  read(): void;
  /** Compares what has no numbers yet. */
  start(): void;
  cancel(): void;
  setDequantized(dequantized: boolean): void;
}

/** Models up to this size, both together, are compared without being asked, in bytes. */
const AT_ONCE = 2e9;
/** What is asked for at a time: many small tensors, or one large one. */
const BATCH = { bytes: 32e6, pairs: 64 };

export function createDiff(host: DiffHost): DiffState {
  const state = {
    names: signal<{ base: string; other: string } | null>(null),
    structure: signal<Loaded<Structure>>({ at: 'loading' }),
    results: signal<ReadonlyMap<number, Compared>>(new Map()),
    running: signal<Running | null>(null),
    dequantized: signal(false),
    tab: signal<TabName>('weights'),
    part: signal(''),
    chosen: signal<number | null>(null),
    said: signal(''),
  };
  let work: CancellationTokenSource | null = null;
  const cancel = () => {
    work?.cancel();
    work = null;
    state.running.value = null;
  };
  const start = async () => {
    cancel();
    if (state.structure.value.at !== 'ready') return;
    const { pairs } = state.structure.value.value;
    const wanted = pairs.map((_, i) => i).filter((i) => !state.results.value.has(i));
    const total = sizeOf(pairs, wanted);
    const source = new CancellationTokenSource();
    work = source;
    let done = 0;
    for (const batch of batchesOf(pairs, wanted)) {
      const size = sizeOf(pairs, batch);
      const follow = (fraction: number | null) => {
        if (work === source) state.running.value = { done: done + size * (fraction ?? 0), total };
      };
      follow(0);
      const params = { pairs: batch, dequantized: state.dequantized.value };
      const asked = host.request('differences', params, { token: source.token, onProgress: ({ fraction }) => follow(fraction) });
      const found = await loaded(asked);
      if (work !== source) return;
      if (found.at === 'failed') {
        state.said.value = found.error.message;
        break;
      }
      if (found.at === 'ready')
        state.results.value = new Map([...state.results.value, ...batch.map((pair, i) => [pair, found.value[i]!] as const)]);
      done += size;
    }
    if (work !== source) return;
    cancel();
    state.said.value = `${state.results.value.size} pairs of tensors are compared.`;
  };
  const read = async () => {
    cancel();
    Object.assign(state.structure, { value: { at: 'loading' } });
    state.results.value = new Map();
    state.part.value = '';
    state.chosen.value = null;
    try {
      const { kept, ...names } = await host.request('names', null);
      vscode.setState(kept);
      state.names.value = names;
      const structure = await loaded(host.request('structure', null));
      state.structure.value = structure;
      if (structure.at !== 'ready') return;
      const { pairs } = structure.value;
      if (sizeOf(pairs, [...pairs.keys()]) <= AT_ONCE) await start();
    } catch (error) {
      state.structure.value = { at: 'failed', error: asHeadlightError(error, 'internal', 'The models cannot be compared') };
    }
  };
  return {
    ...state,
    read: () => void read(),
    start: () => void start(),
    cancel,
    setDequantized(dequantized) {
      state.dequantized.value = dequantized;
      state.results.value = new Map();
      void start();
    },
  };
}

const sizeOf = (pairs: readonly Pair[], of: readonly number[]) =>
  of.reduce((sum, i) => sum + pairs[i]!.base.bytes + pairs[i]!.other.bytes, 0);

/** Pairs in the order of the list, many small ones together. */
export function batchesOf(pairs: readonly Pair[], wanted: readonly number[]): number[][] {
  const batches: number[][] = [];
  let bytes = 0;
  for (const pair of wanted) {
    const own = sizeOf(pairs, [pair]);
    const last = batches.at(-1);
    if (last && last.length < BATCH.pairs && bytes + own <= BATCH.bytes) {
      last.push(pair);
      bytes += own;
    } else {
      batches.push([pair]);
      bytes = own;
    }
  }
  return batches;
}
