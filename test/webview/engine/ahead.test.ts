import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ByteSource } from '../../../model/source.ts';
import { Ahead, type Range } from '../../../webview/engine/ahead.ts';
import { counting, expected } from './counting.ts';

const OPTIONS = { budget: 200, parallel: 2, piece: 50, gap: 5 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function assertRead(ahead: Ahead, { offset, length }: Range): Promise<void> {
  for (let at = offset; at < offset + length; ) {
    const to = ahead.boundary(at, offset + length);
    assert.deepEqual(Uint8Array.from(await ahead.read(at, to - at)), expected(at, to - at));
    at = to;
  }
}

describe('reading ahead', () => {
  it('reads every byte once, in whatever order it is asked for', async () => {
    const ranges = [300, 0, 130, 12, 200, 10].map((offset, i) => ({ offset, length: [120, 10, 60, 100, 100, 2][i]! }));
    for (const order of [ranges, [...ranges].reverse(), [...ranges].sort((a, b) => a.length - b.length)]) {
      const source = counting(1000);
      const ahead = new Ahead(source, ranges, OPTIONS);
      ahead.start();
      for (const range of order) await assertRead(ahead, range);
      const bytes = source.reads.reduce((sum, [, length]) => sum + length, 0);
      const wanted = new Set(ranges.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i)));
      assert.ok(bytes >= wanted.size && bytes <= wanted.size + 20, `${bytes} bytes for ${wanted.size}`);
    }
  });

  it('has no more reads under way and no more bytes ready than it may', async () => {
    const source = counting(1000, true);
    const ahead = new Ahead(source, [{ offset: 0, length: 1000 }], OPTIONS);
    ahead.start();
    assert.equal(source.reads.length, 2);
    for (let round = 0; round < 10; round++) {
      for (const release of source.held.splice(0)) release();
      await settled();
    }
    assert.equal(source.reads.length, 4, 'the budget is four pieces');
    await ahead.read(0, 50);
    assert.equal(source.reads.length, 5, 'what was taken makes room');
  });

  it('goes on behind what was asked for', async () => {
    const source = counting(1000, true);
    const ahead = new Ahead(source, [{ offset: 0, length: 1000 }], { ...OPTIONS, parallel: 1 });
    const read = ahead.read(500, 50);
    for (const release of source.held.splice(0)) release();
    await read;
    assert.deepEqual(source.reads, [
      [500, 50],
      [550, 50],
    ]);
  });

  it('reads neighbouring small ranges together', async () => {
    const source = counting(100);
    const ahead = new Ahead(
      source,
      [0, 10, 20].map((offset) => ({ offset, length: 8 })),
      OPTIONS,
    );
    for (const offset of [20, 0, 10]) await assertRead(ahead, { offset, length: 8 });
    assert.deepEqual(source.reads, [[0, 28]]);
  });

  it('serves what is asked for twice, and never reads the rest of its piece again for it', async () => {
    const source = counting(100);
    const ranges = [0, 10, 20].map((offset) => ({ offset, length: 10 }));
    const ahead = new Ahead(source, [...ranges, ranges[1]!], OPTIONS);
    for (const offset of [0, 10, 10, 0, 20, 10, 20]) await assertRead(ahead, { offset, length: 10 });
    assert.deepEqual(source.reads, [
      [0, 30],
      [10, 10],
      [20, 10],
    ]);
  });

  it('says a failure to whoever asks, and tries again', async () => {
    let fails = true;
    const shaky: ByteSource = {
      name: 'shaky',
      size: 10,
      read: async (_, length) => {
        if (fails) throw new Error('gone');
        return new Uint8Array(length);
      },
    };
    const ahead = new Ahead(shaky, [{ offset: 0, length: 10 }], { ...OPTIONS, parallel: 0 });
    await assert.rejects(ahead.read(0, 10), /gone/);
    fails = false;
    assert.equal((await ahead.read(0, 10)).length, 10);
  });

  it('reads what it was not told of as it comes, and nothing ahead once stopped', async () => {
    const source = counting(1000);
    const ahead = new Ahead(source, [{ offset: 0, length: 10 }], OPTIONS);
    assert.deepEqual(await ahead.read(500, 20), expected(500, 20));
    ahead.stop();
    ahead.start();
    assert.deepEqual(source.reads, [[500, 20]]);
    assert.deepEqual(await ahead.read(0, 10), expected(0, 10));
  });
});
