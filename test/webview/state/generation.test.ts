/** Generation as the panel drives it, with the built-in models and the real engine. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { largestOf } from '../../../model/predictions/shares.ts';
import type { RunResult } from '../../../model/protocol/engine.ts';
import type { ShowParams } from '../../../model/protocol/panel.ts';
import { decodeTokens, loadTokenizer } from '../../../model/text/index.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import { continuedInput } from '../../../webview/state/continued.ts';
import { Generation } from '../../../webview/state/generation.ts';
import type { Session } from '../../../webview/state/types.ts';
import { openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';

type Ask = ConstructorParameters<typeof Generation>[1];
type Host = ConstructorParameters<typeof Generation>[2];

let engine: Engine;
let ids: number[];
let tokenizer: ReturnType<typeof loadTokenizer>;
let made: (ask?: Ask) => Generation;

before(async () => {
  const folder = openFolder(new URL('../../../media/models/headlight-gpt/onnx/model.onnx', import.meta.url).pathname);
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../../media/models/headlight-gpt/${name}`, import.meta.url), 'utf8'));
  tokenizer = loadTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
  engine = new Engine(await startRuntime('wasm'));
  const opened = await engine.open(folder, folder.model, { device: 'wasm' });
  const text = 'The keys to the cabinet';
  const { tokens } = tokenizer.encode(text);
  ids = tokens.map(({ id }) => id);
  const show: ShowParams = {
    model: folder.model,
    uris: {},
    input: { kind: 'text', text, tokens, notice: null },
    run: { ids },
    select: {},
    knownHeads: [],
  };
  const base: Session = { show, opened, run: {} as RunResult, sites: new Map() };
  const host = {
    request: async (_: string, params: { ids: number[]; after: number[] }) => decodeTokens(tokenizer, params.ids, params.after),
  } as unknown as Host;
  const step = ((_: string, params: Parameters<Engine['step']>[0]) => engine.step(params)) as Ask;
  made = (ask = step) => new Generation(base, ask, host);
});
after(() => engine.close());

const idsOf = (generation: Generation) => generation.steps.peek().map(({ id }) => id);
const settled = (generation: Generation) => generation.look();

/** Greedy by hand: the whole text anew for every token. */
async function greedy(steps: number): Promise<number[]> {
  const said: number[] = [];
  while (said.length < steps) {
    const { run } = await engine.run({ ids: [...ids, ...said] });
    const { data, shape } = await engine.output({ run, name: 'logits' });
    said.push(largestOf((data as Float32Array).subarray(-shape.at(-1)!), 1)[0]!);
  }
  return said;
}

describe('generation', () => {
  test('greedy steps are those of plain runs, and their text and probabilities are kept', async () => {
    const generation = made();
    await generation.run(4);
    assert.deepEqual(idsOf(generation), await greedy(4));
    const { text } = await generation.text();
    assert.equal(text, tokenizer.decode([...ids, ...idsOf(generation)]).slice('The keys to the cabinet'.length));
    for (const { id, shares } of generation.steps.peek()) {
      assert.equal(shares.top[0]!.id, id);
      assert.equal(shares.asked[0]!.probability, shares.top[0]!.probability);
    }
    assert.ok(generation.pace.peek()!.perSecond > 0);
  });

  test('a run ends with the end token, and goes no further', async () => {
    const generation = made();
    await generation.run(40);
    assert.ok(generation.facts.ends.includes(idsOf(generation).at(-1)!));
    assert.equal(generation.end, 'said its end');
    const before = idsOf(generation);
    await generation.run(3);
    assert.deepEqual(idsOf(generation), before);
  });

  test('an undone step can be taken again; another token begins a branch, and the old text can be had back', async () => {
    const generation = made();
    await generation.run(4);
    const old = idsOf(generation);
    generation.undo();
    assert.deepEqual(idsOf(generation), old.slice(0, 3));
    await generation.run(1);
    assert.deepEqual(idsOf(generation), old);
    const other = generation.steps.peek()[1]!.shares.top[3]!.id;
    generation.force(1, other);
    assert.deepEqual(idsOf(generation), [old[0], other]);
    assert.equal(generation.steps.peek()[1]!.forced, true);
    await generation.run(2);
    assert.equal(idsOf(generation).length, 4);
    generation.restore(generation.branches.peek()[0]!);
    assert.deepEqual(idsOf(generation), old);
    await settled(generation);
  });

  test('a seed draws the same text again, another seed another', async () => {
    const drawn = async (seed: number) => {
      const generation = made();
      generation.settings.value = { ...generation.settings.peek(), sample: true, temperature: 1.5, topK: 0, seed };
      await generation.run(8);
      return idsOf(generation);
    };
    const first = await drawn(1);
    assert.deepEqual(await drawn(1), first);
    const others = await Promise.all([2, 3, 4].map(drawn));
    assert.ok(others.some((other) => String(other) !== String(first)));
  });

  test('stopping takes effect at once, also while a step takes long; the late answer changes nothing', async () => {
    let answer: (() => void) | undefined;
    const slow = ((_: string, params: Parameters<Engine['step']>[0]) =>
      new Promise((resolve) => {
        answer = () => resolve(engine.step(params));
      })) as Ask;
    const generation = made(slow);
    const run = generation.run(5);
    const start = performance.now();
    generation.stop();
    assert.equal(generation.running.peek(), false);
    assert.ok(performance.now() - start < 200);
    answer!();
    await run;
    assert.deepEqual(idsOf(generation), []);
    assert.equal(generation.error.peek(), null);
  });

  test('one beam says what greedy says; a text of the search can be taken', async () => {
    const generation = made();
    await generation.beams.search(1, 6);
    const tree = generation.beams.tree.peek()!;
    const plain = made();
    await plain.run(6);
    generation.restore(generation.beams.stepsTo(tree, tree.done[0]!));
    assert.deepEqual(idsOf(generation), idsOf(plain));
    await generation.beams.search(4, 5);
    const wide = generation.beams.tree.peek()!;
    assert.equal(wide.done.length, 4);
    assert.ok(wide.nodes[wide.done[0]!]!.score / wide.nodes[wide.done[0]!]!.length >= tree.nodes[tree.done[0]!]!.score / 6 - 1e-6);
    await settled(generation);
  });

  test('the continued text has the tokens of both, each with its place, and row by row what foretold a step', async () => {
    const generation = made();
    await generation.run(3);
    const said = await generation.text();
    const { input, run } = continuedInput(generation, said)!;
    assert.equal(input.text, `The keys to the cabinet${said.text}`);
    assert.deepEqual(run.ids, [...ids, ...idsOf(generation)]);
    const last = input.tokens.at(-1)!;
    assert.equal(input.text.slice(last.start, last.end), said.text.slice(said.tokens[2]!.start));
    const { run: number } = await engine.run(run);
    const { data, shape } = await engine.output({ run: number, name: 'logits' });
    const row = generation.rowOf(2);
    const width = shape.at(-1)!;
    assert.equal(largestOf((data as Float32Array).subarray(row * width, (row + 1) * width), 1)[0], idsOf(generation)[2]);
  });
});
