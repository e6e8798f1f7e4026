/** The run on screen beside the reference: asked for, under way, done. A new run forgets it. */
import { effect, type Signal, signal } from '@preact/signals';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { asHeadlightError } from '../../model/errors.ts';
import type { Comparison, WireError } from '../../model/protocol/engine.ts';
import type { Store } from './store.ts';
import type { Engine } from './types.ts';

export type CheckState =
  | { readonly at: 'none' }
  | { readonly at: 'working'; readonly fraction: number | null; readonly words: string }
  | { readonly at: 'done'; readonly comparison: Comparison }
  | { readonly at: 'failed'; readonly error: WireError };

export class Checks {
  readonly state: Signal<CheckState> = signal({ at: 'none' });
  #cancel: CancellationTokenSource | null = null;

  constructor(
    private readonly store: Store,
    private readonly engine: Engine,
  ) {
    effect(() => {
      void store.session.value;
      this.cancel();
      this.state.value = { at: 'none' };
    });
  }

  /** Checks the run on screen, unless that is under way or done. */
  async start(): Promise<void> {
    const session = this.store.session.peek();
    if (!session || this.#cancel || this.state.peek().at === 'done') return;
    const cancel = new CancellationTokenSource();
    this.#cancel = cancel;
    this.state.value = { at: 'working', fraction: null, words: 'starting the reference' };
    const after = await this.#compare(session.run.run, cancel);
    cancel.dispose();
    if (this.#cancel !== cancel) return;
    this.#cancel = null;
    this.state.value = after;
  }

  async #compare(run: number, cancel: CancellationTokenSource): Promise<CheckState> {
    const onProgress = ({ fraction, words }: { readonly fraction: number | null; readonly words: string }) => {
      if (this.#cancel === cancel) this.state.value = { at: 'working', fraction, words };
    };
    try {
      return { at: 'done', comparison: await this.engine.request('compare', { run }, { token: cancel.token, onProgress }) };
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'internal', 'The reference failed');
      return code === 'cancelled' ? { at: 'none' } : { at: 'failed', error: { code, message } };
    }
  }

  /** Stops what is under way. */
  cancel(): void {
    this.#cancel?.cancel();
    this.#cancel = null;
    if (this.state.peek().at === 'working') this.state.value = { at: 'none' };
  }
}
