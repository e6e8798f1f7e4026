import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { CancellationTokenSource, createMessageConnection } from 'vscode-jsonrpc/node';
import { HeadlightError } from '../../../model/errors.ts';
import { Channel } from '../../../model/protocol/channel.ts';
import { connectPort, give, type Port, transfersOf } from '../../../webview/engine/transport.ts';

type Requests = {
  double: { params: { numbers: Float32Array }; result: { numbers: Float32Array } };
  fail: { params: null; result: null };
  wait: { params: null; result: null };
};
type None = Record<never, never>;

function pair(handlers: ConstructorParameters<typeof Channel<None, None, Requests, None>>[1]) {
  const { port1, port2 } = new MessageChannel();
  const connect = (port: unknown) => connectPort(port as Port, createMessageConnection);
  const server = new Channel<None, None, Requests, None>(connect(port1), handlers, {});
  const client = new Channel<Requests, None, None, None>(connect(port2), {}, {});
  const close = () => {
    client.dispose();
    server.dispose();
    port1.close();
  };
  return { client, close };
}

const idle = {
  double: ({ numbers }: { numbers: Float32Array }) => ({ numbers: give(numbers.map((x) => 2 * x)) }),
  fail: () => {
    throw new HeadlightError('memory', 'There is no more room.');
  },
  wait: (
    _: null,
    { token, progress }: { token: { onCancellationRequested(f: () => void): unknown }; progress(f: number | null, w: string): void },
  ) => {
    progress(0.5, 'half way');
    return new Promise<null>((_resolve, reject) => token.onCancellationRequested(() => reject(new Error('stopped'))));
  },
};

describe('Channel over postMessage', () => {
  it('carries typed arrays', async () => {
    const { client, close } = pair(idle);
    const { numbers } = await client.request('double', { numbers: Float32Array.of(1, 2.5) });
    assert.deepEqual(numbers, Float32Array.of(2, 5));
    close();
  });

  it('carries an error with its code', async () => {
    const { client, close } = pair(idle);
    await assert.rejects(client.request('fail', null), { code: 'memory', message: 'There is no more room.' });
    close();
  });

  it('tells progress, and settles a cancelled request as cancelled', async () => {
    const { client, close } = pair(idle);
    const source = new CancellationTokenSource();
    const said: string[] = [];
    const onProgress = ({ fraction, words }: { fraction: number | null; words: string }) => {
      said.push(`${fraction} ${words}`);
      source.cancel();
    };
    await assert.rejects(client.request('wait', null, { token: source.token, onProgress }), { code: 'cancelled' });
    assert.deepEqual(said, ['0.5 half way']);
    close();
  });

  it('rejects what is open when it is disposed', async () => {
    const { client, close } = pair(idle);
    const open = client.request('wait', null);
    setTimeout(close, 5);
    await assert.rejects(open, { code: 'disposed' });
  });
});

describe('transfersOf', () => {
  it('finds given arrays once, in any place, and leaves others alone', () => {
    const given = give(new Float32Array(3));
    const kept = new Float32Array(3);
    assert.deepEqual([...transfersOf({ result: { list: [{ given }], kept } })], [given.buffer]);
    assert.deepEqual([...transfersOf({ given })], []);
  });

  it('does not give a part of a larger buffer away', () => {
    assert.deepEqual([...transfersOf({ part: give(new Float32Array(8).subarray(2, 4)) })], []);
  });
});
