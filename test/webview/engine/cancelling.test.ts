/** Everything that may take long can be cancelled on its way: it settles as cancelled at the next look, and the same works the next time. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Engine, type EngineCall } from '../../../webview/engine/engine.ts';
import type { CancelSignal } from '../../../webview/engine/queue.ts';
import { type OpenFolder, openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';

const GPT = new URL('../../../media/models/headlight-gpt/', import.meta.url).pathname;
const IDS = Array.from({ length: 24 }, (_, i) => 5 + ((i * 37) % 2000));

let engine: Engine;
before(async () => {
  engine = new Engine(await startRuntime('wasm'));
});
after(() => engine.close());

/** A cancel that comes with a message, as the panel's do: it can be heard only while nothing else runs. */
class Cancel implements CancelSignal {
  isCancellationRequested = false;
  #given = 0;

  /** The message arrives when the event loop comes to it. */
  send = (): void => {
    if (this.#given > 0) return;
    this.#given = performance.now();
    setImmediate(() => {
      this.isCancellationRequested = true;
    });
  };

  get sinceMs(): number {
    assert.ok(this.#given > 0, 'the cancel was given');
    return performance.now() - this.#given;
  }
}

/** Cancels at the k-th progress, and then does the same to its end. */
async function cancelledThenDone(t: TestContext, work: (call: EngineCall) => Promise<unknown>, at = 2): Promise<void> {
  const cancel = new Cancel();
  let heard = 0;
  const progress = () => {
    heard++;
    if (heard === at) cancel.send();
  };
  await assert.rejects(work({ token: cancel, progress }), { code: 'cancelled', message: 'Cancelled.' });
  t.diagnostic(`settled ${Math.round(cancel.sinceMs)} ms after the cancel`);
  await work({ token: new Cancel() });
}

for (const [form, path] of [
  ['a graph from a file', `${GPT}onnx/model.onnx`],
  ['a checkpoint', `${GPT}model.safetensors`],
] as const) {
  describe(`cancelling, ${form}`, () => {
    let folder: OpenFolder;
    let run: number;
    const place = { output: 'logits', position: IDS.length - 1 };
    before(async () => {
      folder = openFolder(path);
      await engine.open(folder, folder.model, { device: 'wasm' });
      run = (await engine.run({ ids: IDS })).run;
    });
    after(() => folder.close());

    it('the ranking of heads', (t) =>
      cancelledThenDone(t, (call) => engine.causes.rankHeads({ run, place, answer: 7, against: null, how: 'zero' }, call)));
    it('the occlusion of words', (t) => {
      const question = { run, place, answer: 7, against: null, side: 'source', edit: { how: 'hide' } } as const;
      return cancelledThenDone(t, (call) => engine.causes.occlude({ ...question, groups: IDS.map((_, i) => [i]) }, call));
    });
    it('the logit lens', (t) => cancelledThenDone(t, (call) => engine.causes.lens({ run, output: 'logits', count: 5, asked: [7] }, call)));
    it('the check against the reference', (t) => cancelledThenDone(t, (call) => engine.compare({ run }, call)));
    it('a step of generation while its graph is loaded', async (t) => {
      await engine.open(folder, folder.model, { device: 'wasm' });
      await cancelledThenDone(t, (call) => engine.step({ params: { ids: IDS }, output: 'logits' }, call), 1);
    });
    it('opening a model', async (t) => {
      const cancel = new Cancel();
      const opening = engine.open(folder, folder.model, { device: 'wasm' }, { token: cancel, progress: cancel.send });
      await assert.rejects(opening, { code: 'cancelled' });
      t.diagnostic(`settled ${Math.round(cancel.sinceMs)} ms after the cancel`);
      const opened = await engine.open(folder, folder.model, { device: 'wasm' });
      assert.equal(opened.sites.length, 4);
    });
  });
}
