import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lru } from '../../../webview/engine/lru.ts';

describe('Lru', () => {
  it('drops what was not used for longest', () => {
    const lru = new Lru<string, number>(10, (size) => size);
    lru.set('a', 4);
    lru.set('b', 4);
    assert.equal(lru.get('a'), 4);
    lru.set('c', 4);
    assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c')], [4, undefined, 4]);
  });

  it('replaces a value and counts its new size', () => {
    const lru = new Lru<string, number>(10, (size) => size);
    lru.set('a', 9);
    lru.set('a', 1);
    lru.set('b', 9);
    assert.deepEqual([lru.get('a'), lru.get('b')], [1, 9]);
  });

  it('does not keep what is larger than its limit', () => {
    const lru = new Lru<string, number>(10, (size) => size);
    lru.set('a', 4);
    lru.set('b', 11);
    assert.deepEqual([lru.get('a'), lru.get('b')], [4, undefined]);
  });
});
