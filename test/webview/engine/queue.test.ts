import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Queue } from '../../../webview/engine/queue.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

describe('Queue', () => {
  it('runs one piece of work after the other, in order', async () => {
    const queue = new Queue();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} starts`);
      await pause();
      log.push(`${name} ends`);
      return name;
    };
    assert.deepEqual(await Promise.all([queue.add(work('a')), queue.add(work('b'))]), ['a', 'b']);
    assert.deepEqual(log, ['a starts', 'a ends', 'b starts', 'b ends']);
  });

  it('goes on after a failure', async () => {
    const queue = new Queue();
    const failed = queue.add(async () => {
      throw new Error('no');
    });
    await assert.rejects(failed, /no/);
    assert.equal(await queue.add(async () => 1), 1);
  });

  it('never starts work that was cancelled while it waited', async () => {
    const queue = new Queue();
    const signal = { isCancellationRequested: false };
    let started = false;
    const first = queue.add(pause);
    const second = queue.add(async () => {
      started = true;
    }, signal);
    signal.isCancellationRequested = true;
    await first;
    await assert.rejects(second, { name: 'HeadlightError', code: 'cancelled' });
    assert.equal(started, false);
  });
});
