/**
 * Typed requests over `vscode-jsonrpc`: a wrong parameter, a wrong result or a missing handler does not compile, and every request
 * settles: with its result, with a HeadlightError, or as cancelled or disposed.
 */
import { type CancellationToken, type MessageConnection, ResponseError } from 'vscode-jsonrpc';
import { asHeadlightError, type ErrorCode, HeadlightError } from '../errors.ts';

type Requests = { [method: string]: { params: unknown; result: unknown } };
type Notifications = { [method: string]: unknown };

/** What a handler may do beside answering. */
export interface Call {
  readonly token: CancellationToken;
  /** Says how far the work is, 0 to 1 (null when unknown), and in words what is being done. */
  progress(fraction: number | null, words: string): void;
}

export type RequestHandlers<R> = {
  [M in keyof R]: R[M] extends { params: infer P; result: infer A } ? (params: P, call: Call) => A | Promise<A> : never;
};
export type NotificationHandlers<N> = { [M in keyof N]: (params: N[M]) => void };

export interface Progress {
  readonly fraction: number | null;
  readonly words: string;
}

interface Envelope {
  readonly params: unknown;
  /** Name of the request in progress messages. */
  readonly call: number;
}

const PROGRESS = '$/headlight/progress';
const FAILED = -32001;

/** One side of a channel: sends `Out`, answers `In`. */
export class Channel<
  OutR extends { [M in keyof OutR]: { params: unknown; result: unknown } },
  OutN,
  InR extends { [M in keyof InR]: { params: unknown; result: unknown } },
  InN,
> {
  #calls = 0;
  readonly #progress = new Map<number, (progress: Progress) => void>();

  constructor(
    private readonly connection: MessageConnection,
    requests: RequestHandlers<InR>,
    notifications: NotificationHandlers<InN>,
  ) {
    for (const [method, handler] of Object.entries(requests as Record<string, (params: unknown, call: Call) => unknown>)) {
      connection.onRequest(method, async (envelope: Envelope, token: CancellationToken) => {
        const progress = (fraction: number | null, words: string) =>
          void connection.sendNotification(PROGRESS, { call: envelope.call, fraction, words });
        try {
          return await handler(envelope.params, { token, progress });
        } catch (error) {
          const known = asHeadlightError(error, token.isCancellationRequested ? 'cancelled' : 'internal', `Request ${method} failed`);
          throw new ResponseError(FAILED, known.message, { code: known.code });
        }
      });
    }
    for (const [method, handler] of Object.entries(notifications as Record<string, (params: unknown) => void>)) {
      connection.onNotification(method, (envelope: { params: unknown }) => handler(envelope.params));
    }
    connection.onNotification(PROGRESS, (message: Progress & { call: number }) => this.#progress.get(message.call)?.(message));
    connection.listen();
  }

  /** @throws HeadlightError whatever the other side threw; `cancelled` after a cancel; `disposed` when the channel went away */
  async request<M extends keyof OutR & string>(
    method: M,
    params: OutR[M]['params'],
    options: { token?: CancellationToken; onProgress?: (progress: Progress) => void } = {},
  ): Promise<OutR[M]['result']> {
    const call = ++this.#calls;
    if (options.onProgress) this.#progress.set(call, options.onProgress);
    try {
      const envelope: Envelope = { params, call };
      return await (options.token
        ? this.connection.sendRequest<OutR[M]['result']>(method, envelope, options.token)
        : this.connection.sendRequest<OutR[M]['result']>(method, envelope));
    } catch (error) {
      if (error instanceof ResponseError && (error.data as { code?: ErrorCode } | undefined)?.code) {
        throw new HeadlightError((error.data as { code: ErrorCode }).code, error.message);
      }
      throw asHeadlightError(error, 'disposed', 'The request was not answered');
    } finally {
      this.#progress.delete(call);
    }
  }

  notify<M extends keyof OutN & string>(method: M, params: OutN[M]): void {
    void this.connection.sendNotification(method, { params });
  }

  dispose(): void {
    this.connection.dispose();
  }
}

export type { Notifications, Requests };
