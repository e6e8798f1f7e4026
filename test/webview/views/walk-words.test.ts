import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaleFormula } from '../../../webview/views/walk/words.ts';

test('the lecture’s example: ÷ 8 for d = 64', () => {
  assert.equal(scaleFormula(1 / 8, 64), '÷ √d = ÷ √64 = ÷ 8');
  assert.equal(scaleFormula(1 / Math.sqrt(32), 32), '÷ √d = ÷ √32 = ÷ 5.66');
  assert.equal(scaleFormula(0.25, 64), '÷ 4 = × 0.250', 'a model with a factor of its own');
  assert.equal(scaleFormula(undefined, 64), '× a number that the graph computes');
});
