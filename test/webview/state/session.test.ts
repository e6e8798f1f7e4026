import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import type { HeadWeights } from '../../../model/protocol/engine.ts';
import type { ShowParams } from '../../../model/protocol/panel.ts';
import { Maps } from '../../../webview/state/maps.ts';
import { Sessions } from '../../../webview/state/session.ts';
import { createStore } from '../../../webview/state/store.ts';
import type { Engine } from '../../../webview/state/types.ts';

const T = 3;

/** An engine that writes down what it is asked, and answers when it is told to. */
function engine() {
  const asked: string[] = [];
  let runs = 0;
  const gates: { open(): void; fail(error: Error): void }[] = [];
  const site = { key: 'self/0', kind: 'self', layer: 0, heads: 2, kvHeads: 2 };
  const wait = <R>(value: () => R, token?: { onCancellationRequested(listener: () => void): unknown }) =>
    new Promise<R>((resolve, reject) => {
      token?.onCancellationRequested(() => reject(new HeadlightError('cancelled', 'Cancelled.')));
      gates.push({ open: () => resolve(value()), fail: reject });
    });
  const fake = {
    open: async ({ model }: { model: { id: string } }) => {
      asked.push(`open ${model.id}`);
      return { sites: [site], refused: [], warnings: [], inputs: [], outputs: [], config: null, problem: null, model: {} };
    },
    request: (method: string, params: { head?: number }, options?: { token?: never }) => {
      asked.push(method === 'head' ? `head ${params.head}` : method);
      if (method === 'run') {
        return wait(
          () => ({
            run: ++runs,
            sites: [{ key: 'self/0', heads: 2, queries: T, keys: T }],
            device: 'wasm',
            runMs: 1,
            warnings: [],
            refused: [],
          }),
          options?.token,
        );
      }
      return wait(() => ({ weights: new Float32Array(T * T).fill(params.head ?? 0) }));
    },
    restart: () => asked.push('restart'),
    dispose: () => asked.push('dispose'),
  };
  return { asked, gates, engine: fake as unknown as Engine };
}

const show = (id: string): ShowParams =>
  ({
    model: { id, name: id, entry: '', files: [] },
    select: {},
    run: {},
    uris: {},
    input: { kind: 'text', text: '', tokens: [], notice: null },
  }) as unknown as ShowParams;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function started() {
  const store = createStore();
  const e = engine();
  return { store, ...e, sessions: new Sessions(store, e.engine) };
}

async function ran(s: ReturnType<typeof started>, id: string): Promise<void> {
  const result = s.sessions.show(show(id));
  await turn();
  s.gates.at(-1)!.open();
  await result;
}

test('the same model stays open; another one gets a new worker', async () => {
  const s = started();
  await ran(s, 'a');
  await ran(s, 'a');
  await ran(s, 'b');
  assert.deepEqual(s.asked, ['open a', 'run', 'run', 'restart', 'open b', 'run']);
  assert.deepEqual(s.store.phase.value, { at: 'ready' });
});

test('a cancelled first run says so; a cancelled later run leaves the one before', async () => {
  const s = started();
  const first = s.sessions.show(show('a'));
  await turn();
  s.sessions.cancel();
  await assert.rejects(first, { code: 'cancelled' });
  assert.equal(s.store.phase.value.at, 'failed');
  await ran(s, 'a');
  const maps = s.sessions.maps.value;
  const second = s.sessions.show(show('a'));
  await turn();
  s.sessions.cancel();
  await assert.rejects(second, { code: 'cancelled' });
  assert.equal(s.store.phase.value.at, 'ready');
  assert.equal(s.sessions.maps.value, maps);
});

test('a newer request ends the older one, whose failure is not shown', async () => {
  const s = started();
  const first = s.sessions.show(show('a'));
  await turn();
  const second = s.sessions.show(show('a'));
  await assert.rejects(first, { code: 'cancelled' });
  await turn();
  s.gates.at(-1)!.open();
  await second;
  assert.equal(s.store.phase.value.at, 'ready');
});

test('after running out of memory the next run starts a new worker', async () => {
  const s = started();
  await ran(s, 'a');
  const second = s.sessions.show(show('a'));
  await turn();
  s.gates.at(-1)!.fail(new HeadlightError('memory', 'Out of memory.'));
  await assert.rejects(second, { code: 'memory' });
  assert.deepEqual(s.store.phase.value, { at: 'failed', error: { code: 'memory', message: 'Out of memory.' } });
  await ran(s, 'a');
  assert.deepEqual(s.asked.slice(-3), ['restart', 'open a', 'run']);
});

const ref = (head: number) => ({ kind: 'self' as const, layer: 0, head });

test('a head is asked for once; a failure stays, so that views do not ask for ever', async () => {
  const e = engine();
  const maps = new Maps(e.engine, 1);
  const [one, again] = [maps.head(ref(0)), maps.head(ref(0))];
  assert.equal(one, again);
  assert.equal(one.value.state, 'loading');
  assert.equal(maps.busy, true);
  e.gates[0]!.open();
  await turn();
  assert.equal(one.value.state, 'ready');
  const failing = maps.head(ref(1));
  e.gates[1]!.fail(new HeadlightError('unsupported', 'No.'));
  await turn();
  assert.deepEqual(failing.value, { state: 'failed', error: { code: 'unsupported', message: 'No.' } });
  assert.equal(maps.head(ref(1)), failing);
  assert.deepEqual(e.asked, ['head 0', 'head 1']);
});

test('answers to a run that has gone are dropped', async () => {
  const e = engine();
  const maps = new Maps(e.engine, 1);
  const late = maps.head(ref(0));
  maps.end();
  e.gates[0]!.open();
  await turn();
  assert.equal(late.value.state, 'loading');
});

test('the oldest heads are forgotten when memory is full, the ones looked at stay', async () => {
  const asked: number[] = [];
  // 40 MB a head: two fit.
  const weights = (head: number) => ({ weights: new Float32Array(10_000_000), head }) as unknown as HeadWeights;
  const big = {
    request: async (_method: string, { head }: { head: number }) => {
      asked.push(head);
      return weights(head);
    },
  } as unknown as Engine;
  const maps = new Maps(big, 1);
  for (const head of [0, 1]) {
    maps.head(ref(head));
    await turn();
  }
  maps.head(ref(0));
  maps.head(ref(2));
  await turn();
  maps.head(ref(0));
  maps.head(ref(1));
  await turn();
  assert.deepEqual(asked, [0, 1, 2, 1]);
});
