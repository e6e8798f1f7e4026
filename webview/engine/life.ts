/** One worker's life, from its start to its end. All requests settle, at the latest when it ends. */
import { type CancellationToken, createMessageConnection } from 'vscode-jsonrpc/browser';
import { HeadlightError } from '../../model/errors.ts';
import { Channel, type Progress } from '../../model/protocol/channel.ts';
import type { EngineCode } from './assets.ts';
import { connectPort } from './transport.ts';
import type { Nothing, PageNotifications, PageRequests, WorkerRequests } from './wire.ts';

export interface RequestOptions {
  readonly token?: CancellationToken | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Reads a range of a file of a model. */
export type Read = (params: PageRequests['read']['params']) => Promise<Uint8Array>;

/** A run of wasm cannot be interrupted: a cancelled request that has not settled after this time costs the worker its life. */
const GRACE_MS = 1500;
/** Numbers of runs that one worker may give. */
const RUNS_OF_A_LIFE = 1_000_000;

export class Life {
  readonly #worker: Worker;
  readonly #channel: Channel<WorkerRequests, Nothing, PageRequests, PageNotifications>;
  readonly #ends = new Set<(reason: HeadlightError) => void>();
  /** Cancelled requests that the worker still works on. */
  readonly #stopping = new Set<Promise<unknown>>();
  #ended: HeadlightError | null = null;
  #sacrificed = false;

  private constructor(code: EngineCode, read: Read) {
    this.#worker = new Worker(code.worker, { type: 'module', name: 'Headlight engine' });
    this.#worker.addEventListener('error', (event) => this.end(crash(event.message || 'it could not be started')));
    this.#channel = new Channel<WorkerRequests, Nothing, PageRequests, PageNotifications>(
      connectPort(this.#worker, createMessageConnection),
      { read },
      { broken: ({ message }) => this.end(crash(message)) },
    );
  }

  /** @param number counts lives from 0 */
  static async begin(code: EngineCode, number: number, read: Read): Promise<Life> {
    const life = new Life(code, read);
    const lock = 'locks' in navigator ? `headlight-engine-${crypto.randomUUID()}` : null;
    const wasm = await code.wasm.arrayBuffer();
    try {
      await life.request('start', { ort: code.ort, wasm, build: code.build, firstRun: number * RUNS_OF_A_LIFE + 1, lock }, {});
    } catch (error) {
      life.end(crash('it could not be started'));
      throw error;
    }
    if (lock) life.#watch(lock);
    return life;
  }

  get ended(): HeadlightError | null {
    return this.#ended;
  }

  /** Ended to stop a cancelled request: whoever else waited may ask again. */
  get sacrificed(): boolean {
    return this.#sacrificed;
  }

  /** The lock is given to the page when the worker is gone, whatever ended it. */
  #watch(lock: string): void {
    navigator.locks
      .request(lock, () => this.end(crash('it was ended from outside')))
      .catch((error: unknown) => console.warn('No lock', error));
  }

  request<M extends keyof WorkerRequests & string>(
    method: M,
    params: WorkerRequests[M]['params'],
    { token, onProgress }: RequestOptions,
  ): Promise<WorkerRequests[M]['result']> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (token?.isCancellationRequested) return Promise.reject(new HeadlightError('cancelled', 'Cancelled.'));
    return new Promise((resolve, reject) => {
      const answer = this.#channel.request(method, params, { ...(token && { token }), ...(onProgress && { onProgress }) });
      let grace: ReturnType<typeof setTimeout> | undefined;
      const cancelled = () => {
        reject(new HeadlightError('cancelled', 'Cancelled.'));
        this.#stopping.add(answer);
        grace = setTimeout(() => {
          this.#sacrificed = true;
          this.end(new HeadlightError('disposed', 'The engine was ended to stop a cancelled run. Run again.'));
        }, GRACE_MS);
      };
      const cancel = token?.onCancellationRequested(cancelled);
      this.#ends.add(reject);
      answer.then(resolve, reject).finally(() => {
        clearTimeout(grace);
        this.#stopping.delete(answer);
        cancel?.dispose();
        this.#ends.delete(reject);
      });
    });
  }

  /** Settles when nothing that was cancelled is under way any more, or the worker has ended: until then no new request should begin. */
  async quiet(): Promise<void> {
    while (this.#stopping.size > 0 && !this.#ended) await Promise.allSettled(this.#stopping);
  }

  /** Ends the worker: the only way to give the memory of wasm back. Whatever is still open fails with the reason. */
  end(reason: HeadlightError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#worker.terminate();
    for (const reject of this.#ends) reject(reason);
    this.#channel.dispose();
  }
}

function crash(words: string): HeadlightError {
  return new HeadlightError('disposed', `The engine stopped (${words.replace(/\.$/, '')}). Run again.`);
}
