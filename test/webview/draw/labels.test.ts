import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutMiddle, directionOf, labelStep, visible } from '../../../webview/draw/labels.ts';
import { count, exact, headName, percent, short, weightWords } from '../../../webview/draw/numbers.ts';

const measure = (text: string) => [...text].length * 10;

test('a long label is cut in its middle, keeps both ends and fits', () => {
  assert.equal(cutMiddle('internationalisation', 90, measure), 'inte…tion');
  assert.equal(cutMiddle('short', 90, measure), 'short');
  assert.equal(cutMiddle('abcdef', 5, measure), '…');
  for (const width of [20, 30, 40, 50, 60]) assert.ok(measure(cutMiddle('abcdefghij', width, measure)) <= width);
});

test('a cut never splits a character that people see as one', () => {
  const cut = cutMiddle('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 30, (text) => [...new Intl.Segmenter().segment(text)].length * 10);
  assert.equal(cut, '👩‍👩‍👧‍👦…👩‍👩‍👧‍👦');
});

test('labels thin out to 1, 2, 5, 10 … so that each has its room', () => {
  assert.equal(labelStep(20, 14), 1);
  assert.equal(labelStep(10, 14), 2);
  assert.equal(labelStep(4, 14), 5);
  assert.equal(labelStep(0.5, 14), 50);
});

test('Hebrew and Arabic run from right to left', () => {
  assert.equal(directionOf('שלום'), 'rtl');
  assert.equal(directionOf('مرحبا'), 'rtl');
  assert.equal(directionOf('中文'), 'ltr');
});

test('white space can be seen', () => {
  assert.equal(visible('\n'), '⏎');
  assert.equal(visible('\n   '), '⏎␣×3');
  assert.equal(visible(' '), '␣');
  assert.equal(visible('\t'), '⇥');
  assert.equal(visible(''), '∅');
  assert.equal(visible('a b'), 'a b');
});

test('numbers: three digits to show, all digits to copy, nothing rounded away', () => {
  assert.equal(short(0.71349), '0.713');
  assert.equal(short(5.149), '5.15');
  assert.equal(short(0.0000123), '1.23e-5');
  assert.equal(weightWords(0.0001), '1.0e-4');
  assert.equal(weightWords(0.0005), '0.001');
  assert.equal(percent(0.001), '<1 %');
  assert.equal(percent(0), '0 %');
  assert.equal(count(1_088_256), '1.09 M');
  assert.equal(headName(2, 0), 'L3·H1');
});

test('what is copied reads back as the same float32', () => {
  for (let i = 1; i < 2000; i++) {
    const value = Math.fround(Math.sin(i) ** 9 / i);
    assert.equal(Math.fround(Number(exact(value))), value);
  }
});
