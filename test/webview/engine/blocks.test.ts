import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ByteSource } from '../../../model/source.ts';
import { blockSource } from '../../../webview/engine/blocks.ts';
import { counting, expected } from './counting.ts';

describe('blockSource', () => {
  it('reads neighbouring small ranges once', async () => {
    const source = counting(1000);
    const blocks = blockSource(source, { least: 100, most: 200 });
    for (const [offset, length] of [
      [0, 10],
      [10, 30],
      [95, 5],
      [40, 50],
    ] as const) {
      assert.deepEqual(await blocks.read(offset, length), expected(offset, length));
    }
    assert.deepEqual(source.reads, [[0, 100]]);
  });

  it('reads more at once where reading goes on, and little at a new place', async () => {
    const source = counting(10_000);
    const blocks = blockSource(source, { least: 10, most: 100 });
    for (let offset = 0; offset < 150; offset += 5) assert.deepEqual(await blocks.read(offset, 5), expected(offset, 5));
    await blocks.read(5000, 5);
    assert.deepEqual(source.reads, [
      [0, 10],
      [10, 40],
      [50, 100],
      [5000, 10],
    ]);
  });

  it('reads what crosses the end of a block, also at the end of the file', async () => {
    const source = counting(1030);
    const blocks = blockSource(source, { least: 100, most: 200 });
    await blocks.read(0, 1);
    assert.deepEqual(await blocks.read(90, 25), expected(90, 25));
    assert.deepEqual(await blocks.read(980, 50), expected(980, 50));
    assert.deepEqual(source.reads.at(-1), [980, 50]);
  });

  it('never reads more than a piece at once', async () => {
    const source = counting(1000);
    const blocks = blockSource(source, { least: 50, most: 50, piece: 300 });
    assert.deepEqual(await blocks.read(10, 800), expected(10, 800));
    assert.deepEqual(source.reads, [
      [10, 300],
      [310, 300],
      [610, 200],
    ]);
  });

  it('keeps few blocks, and none that failed', async () => {
    const source = counting(1000);
    const blocks = blockSource(source, { least: 10, most: 100, keep: 2 });
    for (const offset of [0, 100, 200, 0]) await blocks.read(offset, 1);
    assert.equal(source.reads.length, 4);
    let fails = true;
    const shaky: ByteSource = {
      name: 'shaky',
      size: 10,
      read: async () => {
        if (fails) throw new Error('gone');
        return new Uint8Array(10);
      },
    };
    const over = blockSource(shaky);
    await assert.rejects(over.read(0, 4), /gone/);
    fails = false;
    assert.equal((await over.read(0, 4)).length, 4);
  });

  it('gives every caller bytes of its own', async () => {
    const blocks = blockSource(counting(100));
    const first = await blocks.read(0, 4);
    first.fill(0);
    assert.deepEqual(await blocks.read(0, 4), expected(0, 4));
  });

  it('leaves ranges outside the file to the source', async () => {
    await assert.rejects(blockSource(counting(100)).read(90, 20), /outside/);
  });
});
