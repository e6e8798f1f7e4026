import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fromBfloat16Bits,
  fromFloat16Bits,
  roundToBfloat16,
  roundToFloat16,
  toBfloat16Bits,
  toFloat16Bits,
} from '../../../model/ops/half.ts';

test('all 65,536 binary16 patterns survive the way there and back', () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromFloat16Bits(bits);
    if (Number.isNaN(value)) assert.ok(Number.isNaN(fromFloat16Bits(toFloat16Bits(value))));
    else assert.equal(toFloat16Bits(value), bits);
    assert.ok(Object.is(roundToFloat16(value), value));
  }
});

test('between two neighbours a number goes to the nearer one, from the middle to the even one', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromFloat16Bits(bits), fromFloat16Bits(bits + 1)];
    const middle = (low + high) / 2;
    assert.equal(roundToFloat16(middle), bits % 2 === 0 ? low : high);
    assert.equal(roundToFloat16(low + (high - low) * 0.49), low);
    assert.equal(roundToFloat16(low + (high - low) * 0.51), high);
  }
});

test('binary16 overflows to infinity from 65,520', () => {
  assert.equal(roundToFloat16(65519.99), 65504);
  assert.equal(roundToFloat16(65520), Number.POSITIVE_INFINITY);
  assert.equal(roundToFloat16(-1e30), Number.NEGATIVE_INFINITY);
});

test('bfloat16 keeps 8 bits of fraction, rounds halves to even and keeps NaN and infinities', () => {
  assert.equal(roundToBfloat16(1 + 1 / 256), 1);
  assert.equal(roundToBfloat16(1 + 3 / 256), 1 + 4 / 256);
  assert.equal(roundToBfloat16(3.4e38), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(roundToBfloat16(Number.NaN)));
  for (const bits of [0, 0x8000, 0x3f80, 0xc2f7, 0x7f80, 1]) assert.equal(toBfloat16Bits(fromBfloat16Bits(bits)), bits);
});
