/** What was asked of a run beside what it shows: kept as long as the run is on screen, whichever section is open. */
import { type Signal, signal } from '@preact/signals';
import type { HeadChange, OccludeResult, RankHeadsResult } from '../../model/protocol/engine.ts';
import type { HeadRef, Loaded, Session } from './types.ts';

/** One change of the run. */
export type Change =
  | { readonly kind: 'head'; readonly ref: HeadRef; readonly how: HeadChange['how'] }
  | { readonly kind: 'hide'; readonly token: number }
  /** The tokens `from` to `to` say something else. */
  | { readonly kind: 'word'; readonly from: number; readonly to: number; readonly text: string };

/** Something that takes many runs: asked for, under way, done. `of` names the question that it answers. */
export type Task<T> =
  | { readonly state: 'none' }
  | { readonly state: 'working'; readonly fraction: number | null; readonly words: string }
  | ({ readonly of: string } & Exclude<Loaded<T>, { readonly state: 'loading' }>);

/** Whose probability is followed, at a position; null for the default: what the text says, else what the model says. */
export interface Chosen {
  readonly position: number | null;
  readonly answer: number | null;
  readonly against: number | null;
}

export interface CauseState {
  /** The position that is asked about while a head of another text is selected (an encoder's), or null for the last. */
  readonly place: Signal<number | null>;
  readonly chosen: Signal<Chosen>;
  /** In the order in which they were made: undo takes the last. */
  readonly changes: Signal<readonly Change[]>;
  /** Logits of the unchanged run, by place: every change is compared with them. */
  readonly unchanged: Map<string, Float32Array>;
  readonly ranking: Signal<Task<RankHeadsResult>>;
  readonly occlusion: Signal<Task<OccludeResult>>;
}

const states = new WeakMap<Session, CauseState>();

export function causesOf(session: Session): CauseState {
  const known = states.get(session);
  if (known) return known;
  const state: CauseState = {
    place: signal<number | null>(null),
    chosen: signal<Chosen>({ position: null, answer: null, against: null }),
    changes: signal<readonly Change[]>([]),
    unchanged: new Map(),
    ranking: signal<Task<RankHeadsResult>>({ state: 'none' }),
    occlusion: signal<Task<OccludeResult>>({ state: 'none' }),
  };
  states.set(session, state);
  return state;
}

const same = (a: Change, b: Change): boolean => {
  if (a.kind === 'head' && b.kind === 'head') return a.ref.kind === b.ref.kind && a.ref.layer === b.ref.layer && a.ref.head === b.ref.head;
  if (a.kind === 'hide' && b.kind === 'hide') return a.token === b.token;
  return a.kind === 'word' && b.kind === 'word';
};

/** Adds changes; one of the same head, of the same token, or an earlier word gives way. */
export function addChanges({ changes }: CauseState, added: readonly Change[]): void {
  changes.value = [...changes.peek().filter((old) => !added.some((one) => same(old, one))), ...added];
}

export function removeChange({ changes }: CauseState, change: Change): void {
  changes.value = changes.peek().filter((one) => one !== change);
}
