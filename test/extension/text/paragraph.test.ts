import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksBinary, paragraphAt } from '../../../extension/text/paragraph.ts';

const lines = (text: string) => {
  const all = text.split('\n');
  return { count: all.length, text: (line: number) => all[line]! };
};

test('the paragraph is what no empty line parts from the cursor', () => {
  const text = lines('# Title\n\nOne line.\nAnother.\n  \nLast');
  assert.deepEqual(paragraphAt(text, 0), { first: 0, last: 0 });
  assert.deepEqual(paragraphAt(text, 2), { first: 2, last: 3 });
  assert.deepEqual(paragraphAt(text, 3), { first: 2, last: 3 });
  assert.deepEqual(paragraphAt(text, 5), { first: 5, last: 5 });
});

test('an empty line, or one of blanks, is in no paragraph', () => {
  const text = lines('a\n\n \t\nb');
  assert.equal(paragraphAt(text, 1), null);
  assert.equal(paragraphAt(text, 2), null);
  assert.equal(paragraphAt(lines(''), 0), null);
});

test('a text with a NUL near its start is binary', () => {
  assert.ok(looksBinary('\u0008\u0001\u0000model'));
  assert.ok(!looksBinary('plain text, größer, 🙂'));
});
