import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveDisposables, Store } from '../../extension/lifetime.ts';

test('a store disposes what it owns, the last first, once', () => {
  const before = liveDisposables();
  const order: number[] = [];
  const store = new Store();
  for (const n of [1, 2, 3]) store.add({ dispose: () => order.push(n) });
  assert.equal(liveDisposables(), before + 3);
  store.dispose();
  store.dispose();
  assert.deepEqual(order, [3, 2, 1]);
  assert.equal(liveDisposables(), before);
});

test('one that fails does not keep the others from going', () => {
  const before = liveDisposables();
  let gone = 0;
  const store = new Store();
  store.add({ dispose: () => (gone += 1) });
  store.add({
    dispose: () => {
      throw new Error('first');
    },
  });
  store.add({
    dispose: () => {
      throw new Error('second');
    },
  });
  assert.throws(
    () => store.dispose(),
    (error: unknown) => error instanceof AggregateError && error.errors.length === 2,
  );
  assert.equal(gone, 1);
  assert.equal(liveDisposables(), before);
});

test('what is added after the end goes at once; what is released goes early', () => {
  const before = liveDisposables();
  const store = new Store();
  let gone = 0;
  const thing = store.add({ dispose: () => (gone += 1) });
  store.release(thing);
  store.release(thing);
  assert.equal(gone, 1);
  store.dispose();
  store.add({ dispose: () => (gone += 1) });
  assert.equal(gone, 2);
  assert.equal(liveDisposables(), before);
});
