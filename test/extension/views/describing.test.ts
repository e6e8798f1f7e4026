/** Thousands of models are described a few at a time, and the list is told in few messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Model } from '../../../extension/models/model.ts';
import { Describing } from '../../../extension/views/describing.ts';

const COUNT = 2000;

test('two thousand models: never more than six at a time, all told, in batches', async () => {
  let [now, most, messages] = [0, 0, 0];
  const told = new Set<Model>();
  const model = () => ({
    async describe() {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    },
  });
  await new Promise<void>((resolve) => {
    const describing = new Describing((models) => {
      messages += 1;
      for (const one of models) told.add(one);
      if (told.size === COUNT) resolve();
    });
    for (let n = 0; n < COUNT; n++) describing.ask(model() as unknown as Model);
  });
  assert.equal(told.size, COUNT);
  assert.ok(most <= 6, `${most} at a time`);
  assert.ok(messages <= COUNT / 10, `${messages} messages`);
});

test('nothing is told, and nothing begun, after the end', async () => {
  let described = 0;
  const describing = new Describing(() => assert.fail('told after the end'));
  const model = {
    async describe() {
      described += 1;
    },
  };
  for (let n = 0; n < 20; n++) describing.ask({ ...model } as unknown as Model);
  describing.dispose();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(described <= 6);
});
