/** The walk through the run on screen: its plan, and the pieces that somebody opened. A new run begins anew. */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError } from '../../model/errors.ts';
import type { Arithmetic, ArithmeticParams, StageResult, Walk } from '../../model/protocol/walk.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Engine, Loaded, Session } from './types.ts';

/** Pieces whose numbers stay: those that are open at once as a rule. */
const KEPT = 6;

/** The walk of one run. */
export class Walking {
  readonly plan: Signal<Loaded<Walk>> = signal({ state: 'loading' });
  readonly #stages = new Map<string, Signal<Loaded<StageResult>>>();

  constructor(
    private readonly engine: Engine,
    private readonly run: number,
  ) {
    settle(this.plan, engine.request('walk', { run }));
  }

  /** The numbers of a piece, for a head; asked for once. */
  stage(section: number, head: number): Signal<Loaded<StageResult>> {
    const key = `${section}/${head}`;
    const known = this.#stages.get(key);
    if (known) return known;
    const asked: Signal<Loaded<StageResult>> = signal({ state: 'loading' });
    this.#stages.set(key, asked);
    const [oldest] = this.#stages.keys();
    if (this.#stages.size > KEPT && oldest !== undefined) this.#stages.delete(oldest);
    settle(asked, this.engine.request('stage', { run: this.run, section, head }));
    return asked;
  }

  /** How one number came about. */
  arithmetic(params: Omit<ArithmeticParams, 'run'>): Promise<Arithmetic> {
    return this.engine.request('arithmetic', { ...params, run: this.run });
  }

  /** An output of the model, whole. */
  output(name: string): Promise<Tensor> {
    return this.engine.request('output', { run: this.run, name });
  }
}

function settle<T>(into: Signal<Loaded<T>>, answer: Promise<T>): void {
  answer.then(
    (value) => {
      into.value = { state: 'ready', value };
    },
    (error: unknown) => {
      const { code, message } = asHeadlightError(error, 'internal', 'The walk failed');
      into.value = { state: 'failed', error: { code, message } };
    },
  );
}

/** The walk of each session, made when a view first asks. */
export class Walks {
  readonly #walks = new WeakMap<Session, Walking>();

  constructor(private readonly engine: Engine) {}

  of(session: Session): Walking {
    const walking = this.#walks.get(session) ?? new Walking(this.engine, session.run.run);
    this.#walks.set(session, walking);
    return walking;
  }
}
