/**
 * The numbers in the lessons, recomputed. A lesson says them in `code`, behind the link to the step that shows them:
 * `are → key 0.540` a weight of the step's head, `distance -1 0.373` its mean weight at a distance, `class star 0.999` a probability,
 * `table 256 × 128` the table of positions. What the pages of the classic blocks show at first stands behind a block's name:
 * `lstm cell at 3: 0.770`, and the sizes of GPT-2, counted from its shapes. No other number with decimals may stand in a lesson.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { STEPS, type Step } from '../../extension/lessons/steps.ts';
import { tokenOf } from '../../extension/lessons/word.ts';
import { meanByDistance } from '../../model/positions/geometry.ts';
import type { RunResult } from '../../model/protocol/engine.ts';
import { START as CONVOLUTION, slide } from '../../webview/blocks/convolution.ts';
import type { BlockState } from '../../webview/blocks/frame.tsx';
import { START as LAYERS, pass } from '../../webview/blocks/layers.ts';
import { fire, START as NEURON } from '../../webview/blocks/neuron.ts';
import { STARTS, walkAlong } from '../../webview/blocks/steps.ts';
import { Engine } from '../../webview/engine/engine.ts';
import type { Runtime } from '../../webview/engine/runtime.ts';
import { type OpenFolder, openFolder } from '../inspect/folder.ts';
import { prepareInput } from '../inspect/input.ts';
import type { Report, ReportToken } from '../inspect/job.ts';
import { startRuntime } from '../inspect/runtime.ts';
import { GPT2_SIZES, gpt2Of, numbersOf } from '../model/architectures/shapes.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDER = join(ROOT, 'media/lessons');
const LESSONS = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const LINK = /command:headlight\.lesson\?([^)\s]+)\)/;
const CLAIM = /^(?:(.+) → (.+)|distance (-?\d+)|class (\w+)) (\d\.\d{3})$|^table (\d+) × (\d+)$/;

interface Ran {
  readonly engine: Engine;
  readonly run: RunResult;
  readonly report: Partial<Report>;
  readonly folder: OpenFolder;
}

let runtime: Runtime;
const ran = new Map<string, Promise<Ran>>();

before(async () => {
  runtime = await startRuntime('wasm');
});
after(async () => {
  for (const one of ran.values()) {
    const { engine, folder } = await one;
    await engine.close();
    folder.close();
  }
});

function runOf({ model, text, target, picture }: Step): Promise<Ran> {
  const key = [model, text, target, picture].join('\n');
  const known = ran.get(key) ?? start({ model, text, target, picture });
  ran.set(key, known);
  return known;
}

async function start({
  model,
  text,
  target,
  picture,
}: { [name in 'model' | 'text' | 'target' | 'picture']: string | undefined }): Promise<Ran> {
  const folder = openFolder(join(ROOT, 'media/models', model!, 'model.safetensors'));
  const engine = new Engine(runtime);
  await engine.open(folder, folder.model, { device: 'wasm' });
  const image = picture === undefined ? {} : { image: join(ROOT, 'media/samples', picture) };
  const input = await prepareInput(
    {
      path: '',
      out: '',
      engine: 'ort',
      device: 'wasm',
      ...(text === undefined ? {} : { text }),
      ...(target === undefined ? {} : { target }),
      ...image,
    },
    folder,
  );
  return { engine, folder, run: await engine.run(input.params!), report: input.report };
}

const weightsOf = async ({ head: { kind, layer, head } }: Step, { engine, run }: Ran) =>
  engine.head({ run: run.run, key: `${kind}/${layer}`, head });

/** The number of a word, or of `CLS` and `row 4, column 5` in a picture; the row of a cross-attention is named by the word that it foretells. */
function indexOf(step: Step, { report }: Ran, word: string, asks: boolean): number {
  const [, row, column] = /^row (\d+), column (\d+)$/.exec(word) ?? [];
  if (report.image) return word === 'CLS' ? 0 : 1 + (Number(row) - 1) * report.image.patchColumns + Number(column) - 1;
  const { kind } = step.head;
  const ofTarget = kind === 'decoder' || (kind === 'cross' && asks);
  const tokens: readonly ReportToken[] = ofTarget ? report.targetTokens!.slice(kind === 'cross' ? 1 : 0) : report.tokens!;
  const at = tokenOf(tokens, ofTarget ? step.target! : step.text!, word);
  assert.notEqual(at, null, `${word} is no token of its text`);
  return at!;
}

/** What the classic blocks give on the numbers that their pages begin with, in the lessons' words. */
function blockClaims(): readonly string[] {
  const numbers = ({ tables }: BlockState) =>
    Object.fromEntries(Object.entries(tables).map(([id, texts]) => [id, texts.map((row) => row.map(Number))]));
  const [row] = slide(numbers(CONVOLUTION), CONVOLUTION.options).output;
  const { layers } = pass(numbers(LAYERS), LAYERS.options);
  const lstm = walkAlong('lstm', numbers(STARTS.lstm)).steps;
  return [
    `convolution row 1: ${row!.join(' ').replaceAll('-', '−')}`,
    `perceptron answers ${fire(numbers(NEURON), NEURON.options).answer}`,
    `mlp answers ${layers.at(-1)!.answers[0]}`,
    `gpt-2 ${GPT2_SIZES.map((size) => `${Math.round(numbersOf(gpt2Of(size, 40_478)) / 1e6)} M`).join(', ')}`,
    `lstm cell at 3: ${lstm[2]!.nextCell![0]!.toFixed(3)}`,
  ];
}

async function recomputed(step: Step, claim: RegExpExecArray): Promise<string> {
  const one = await runOf(step);
  const [, from, to, distance, label, , rows] = claim;
  if (rows !== undefined) {
    const { kind, layer, head } = step.head;
    const { added } = await one.engine.positions({ run: one.run.run, key: `${kind}/${layer}`, head });
    return `table ${added[0]!.stored?.rows ?? added[0]!.rows} × ${added[0]!.columns}`;
  }
  if (label !== undefined) return `class ${label} ${(await probability(one, label)).toFixed(3)}`;
  const { weights, queries, keys } = await weightsOf(step, one);
  if (from !== undefined) {
    const weight = weights[indexOf(step, one, from, true) * keys + indexOf(step, one, to!, false)]!;
    return `${from} → ${to} ${weight.toFixed(3)}`;
  }
  const means = meanByDistance({ rows: queries, columns: keys, data: weights }, (_, query, key) => key <= query + keys - queries);
  return `distance ${distance} ${means.means[means.distances.indexOf(Number(distance))]!.toFixed(3)}`;
}

async function probability({ engine, run, folder }: Ran, label: string): Promise<number> {
  const { data } = await engine.output({ run: run.run, name: 'logits' });
  const source = folder.open('config.json');
  const config = JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as { id2label: Record<string, string> };
  const names = Object.values(config.id2label);
  const scores = Array.from(data as Float32Array, Math.exp);
  return scores[names.indexOf(label)]! / scores.reduce((a, b) => a + b);
}

/** Links and claims of a lesson in its order, each claim with the step before it. */
function claimsOf(markdown: string): { step: Step; said: string; claim: RegExpExecArray }[] {
  let step: Step | undefined;
  return [...markdown.matchAll(new RegExp(`${LINK.source}|\`([^\`\\n]+)\``, 'g'))].flatMap(([, link, said]) => {
    if (link !== undefined) step = STEPS[idOf(link)];
    const claim = said === undefined ? null : CLAIM.exec(said);
    return claim && step ? [{ step, said: said!, claim }] : [];
  });
}

const idOf = (link: string): string => (JSON.parse(decodeURIComponent(link)) as [string])[0];

describe('lessons', () => {
  it('there are six, each behind a step of the walkthrough, and each link leads to a step', () => {
    const { contributes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      contributes: { walkthroughs: { steps: { description: string; media: { markdown: string } }[] }[] };
    };
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.deepEqual(
      steps.map(({ media }) => media.markdown),
      LESSONS.map((name) => `media/lessons/${name}`),
    );
    for (const { description } of steps) assert.match(description, /command:headlight\.openLessons/);
    const texts = LESSONS.map((name) => readFileSync(join(FOLDER, name), 'utf8'));
    const links = texts.flatMap((text) => [...text.matchAll(new RegExp(LINK.source, 'g'))].map(([, link]) => idOf(link!)));
    for (const id of links) assert.ok(STEPS[id], `no step ${id}`);
    assert.deepEqual(
      Object.keys(STEPS).filter((id) => !links.includes(id)),
      [],
      'every step is used',
    );
    for (const { picture } of Object.values(STEPS)) if (picture) assert.ok(existsSync(join(ROOT, 'media/samples', picture)));
  });

  for (const name of LESSONS) {
    it(`${name}: its numbers are what the models give`, async () => {
      const markdown = readFileSync(join(FOLDER, name), 'utf8');
      const claims = claimsOf(markdown);
      const ofBlocks = [...markdown.matchAll(/`((?:convolution|perceptron|mlp|lstm|gpt-2) [^`\n]+)`/g)].map(([, said]) => said!);
      assert.ok(claims.length + ofBlocks.length > 0);
      const known = blockClaims();
      for (const said of ofBlocks) assert.ok(known.includes(said), `${said}: the blocks give ${known.join('; ')}`);
      const wrong: string[] = [];
      for (const { step, said, claim } of claims) {
        const now = await recomputed(step, claim);
        if (now !== said) wrong.push(`${said} is ${now}`);
      }
      assert.deepEqual(wrong, []);
      const rest = markdown.replace(/`[^`\n]+`/g, '');
      assert.doesNotMatch(rest, /\d[.,]\d/, 'a number that nothing recomputes');
    });
  }

  it('a step asks about words that its text has', async () => {
    for (const [id, step] of Object.entries(STEPS)) {
      const one = await runOf(step);
      if (typeof step.query === 'string') assert.ok(indexOf(step, one, step.query, true) >= 0, id);
      if (step.key !== undefined) assert.ok(indexOf(step, one, step.key, false) >= 0, id);
    }
  });
});
