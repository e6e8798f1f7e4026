import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ByteSource } from '../../../model/source.ts';
import { blockSource } from '../../../webview/engine/blocks.ts';

function counting(size: number): ByteSource & { reads: [number, number][] } {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251);
  const reads: [number, number][] = [];
  return {
    name: 'bytes',
    size,
    reads,
    async read(offset, length) {
      reads.push([offset, length]);
      if (offset + length > size) throw new Error('outside');
      return bytes.slice(offset, offset + length);
    },
  };
}

const expected = (offset: number, length: number) => Uint8Array.from({ length }, (_, i) => ((offset + i) * 7) % 251);

describe('blockSource', () => {
  it('reads neighbouring small ranges once', async () => {
    const source = counting(1000);
    const blocks = blockSource(source, { block: 100 });
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

  it('puts a range over a border together, also at the end of the file', async () => {
    const source = counting(1030);
    const blocks = blockSource(source, { block: 100 });
    assert.deepEqual(await blocks.read(90, 25), expected(90, 25));
    assert.deepEqual(await blocks.read(980, 50), expected(980, 50));
    assert.deepEqual(source.reads.at(-1), [1000, 30]);
  });

  it('never reads more than a piece at once', async () => {
    const source = counting(1000);
    const blocks = blockSource(source, { block: 50, piece: 300 });
    assert.deepEqual(await blocks.read(10, 800), expected(10, 800));
    assert.deepEqual(source.reads, [
      [10, 300],
      [310, 300],
      [610, 200],
    ]);
  });

  it('keeps few blocks, and none that failed', async () => {
    const source = counting(1000);
    const blocks = blockSource(source, { block: 100, keep: 2 });
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
    const over = blockSource(shaky, { block: 100 });
    await assert.rejects(over.read(0, 4), /gone/);
    fails = false;
    assert.equal((await over.read(0, 4)).length, 4);
  });

  it('gives every caller bytes of its own', async () => {
    const blocks = blockSource(counting(100), { block: 100 });
    const first = await blocks.read(0, 4);
    first.fill(0);
    assert.deepEqual(await blocks.read(0, 4), expected(0, 4));
  });

  it('leaves ranges outside the file to the source', async () => {
    await assert.rejects(blockSource(counting(100), { block: 50 }).read(90, 20), /outside/);
  });
});
