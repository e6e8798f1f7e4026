/** Alignment: every token in one place, in order, and as many together as the longest common subsequence has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { align } from '../../../model/text/diff.ts';

const words = (text: string) => text.split(' ').filter(Boolean);

/** `the -cat +dog sat`. */
function written(first: readonly string[], second: readonly string[]): string {
  return align(first, second)
    .map((p) => (p.first === null ? `+${second[p.second!]}` : p.second === null ? `-${first[p.first]}` : first[p.first]!))
    .join(' ');
}

/** Length of the longest common subsequence by the plain table. */
function common(first: readonly string[], second: readonly string[]): number {
  const table = Array.from({ length: first.length + 1 }, () => new Int32Array(second.length + 1));
  for (let i = 1; i <= first.length; i++) {
    for (let j = 1; j <= second.length; j++) {
      const skip = Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
      table[i]![j] = first[i - 1] === second[j - 1] ? table[i - 1]![j - 1]! + 1 : skip;
    }
  }
  return table[first.length]![second.length]!;
}

test('a changed word stands as one that went and one that came', () => {
  assert.equal(
    written(words('the key to the door is here'), words('the keys to the door are here')),
    'the -key +keys to the door -is +are here',
  );
});

test('words that only one text has, at the start, in the middle and at the end', () => {
  assert.equal(written(words('a b c'), words('x a b y c z')), '+x a b +y c +z');
  assert.equal(written(words('x a b y c z'), words('a b c')), '-x a b -y c -z');
});

test('empty texts, equal texts, and texts with nothing in common', () => {
  assert.deepEqual(align([], []), []);
  assert.equal(written([], words('a b')), '+a +b');
  assert.equal(written(words('a b'), []), '-a -b');
  assert.equal(written(words('a b c'), words('a b c')), 'a b c');
  assert.equal(written(words('a'), words('b')), '-a +b');
});

test("Myers' own example: five differences", () => {
  const pairs = align([...'abcabba'], [...'cbabac']);
  assert.equal(pairs.filter((p) => p.first === null || p.second === null).length, 5);
});

test('any two sequences: complete, in order, only equal ones together, and as many as the longest common subsequence', () => {
  let state = 7;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % below;
  };
  for (let round = 0; round < 300; round++) {
    const letters = 2 + next(4);
    const make = () => Array.from({ length: next(24) }, () => String.fromCharCode(97 + next(letters)));
    const [first, second] = [make(), make()];
    const pairs = align(first, second);
    assert.deepEqual(
      pairs.flatMap((p) => (p.first === null ? [] : [p.first])),
      first.map((_, i) => i),
    );
    assert.deepEqual(
      pairs.flatMap((p) => (p.second === null ? [] : [p.second])),
      second.map((_, i) => i),
    );
    const together = pairs.filter((p) => p.first !== null && p.second !== null);
    for (const p of together) assert.equal(first[p.first!], second[p.second!]);
    assert.equal(together.length, common(first, second), `${first.join('')} and ${second.join('')}`);
  }
});

test('two texts of 1,024 tokens with nothing in common are told apart token by token', () => {
  const pairs = align(
    Array.from({ length: 1024 }, (_, i) => `a${i}`),
    Array.from({ length: 1024 }, (_, i) => `b${i}`),
  );
  assert.equal(pairs.length, 2048);
  assert.ok(pairs.every((pair) => (pair.first === null) !== (pair.second === null)));
});
