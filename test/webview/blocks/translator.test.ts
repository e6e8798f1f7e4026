/** The steps of recurrent translators against PyTorch's goldens; the built-in ones against plain loops, and by what they say. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Translated, translate } from '../../../webview/blocks/dictionary.ts';
import { type Score, translateSteps } from '../../../webview/blocks/translator.ts';
import { CELL_ROWS, cellRow, workedCell, workedWeight } from '../../../webview/blocks/translator-worked.ts';
import { classic } from '../../model/blocks/blocks.ts';
import { assertClose } from '../../model/compare.ts';
import { builtInTranslator, type Kind, plainOf } from './built-in.ts';
import { plainTranslate } from './plain.ts';

/** Of seven steps, each of which builds on the rounding of the one before. */
const TOLERANCE = { rtol: 1e-5, atol: 5e-6 };
const SCORES: readonly Score[] = ['dot', 'general', 'concat', 'bahdanau'];

describe('every stage equals the goldens', () => {
  const golden = classic('seq2seq');
  const weights = Object.fromEntries([...golden.under('weight/')].map(([name, weight]) => [name.replaceAll('/', '.'), weight]));
  const lengths = Array.from(golden.get('input/length').data, Number);
  /** Row b of an input, or of a stage [2, steps, width], cut at its text's length. */
  const ids = (name: string, b: number) => {
    const { shape, data } = golden.get(name);
    return Array.from(data.slice(b * shape[1]!, (b + 1) * shape[1]!), Number);
  };
  const stage = (name: string, b: number) => {
    const { shape, data } = golden.get(name);
    const [, steps, width] = shape as [number, number, number];
    return Array.from({ length: steps }, (_, t) => Array.from(data.slice((b * steps + t) * width, (b * steps + t + 1) * width), Number));
  };
  for (const score of SCORES) {
    for (const [b, length] of lengths.entries()) {
      test(`${score}, text ${b + 1} of ${length} words`, () => {
        const source = ids('input/source', b).slice(0, length);
        const { decoder, states } = translateSteps(weights, source, ids('input/target', b), { score, factor: 3 });
        const same = (actual: readonly (readonly number[])[], name: string, width = actual[0]!.length) =>
          assertClose(
            actual.flat(),
            stage(name, b)
              .slice(0, actual.length)
              .flatMap((row) => row.slice(0, width)),
            TOLERANCE,
            name,
          );
        same(states, score === 'bahdanau' ? 'encoder_bidirectional/states' : 'encoder/states');
        same(
          decoder.map(({ scores }) => scores),
          `${score}/scores`,
        );
        same(
          decoder.map((step) => step.weights),
          `${score}/weights`,
        );
        same(
          decoder.map(({ context }) => context),
          `${score}/context`,
        );
        same(
          decoder.map(({ cell }) => cell),
          `${score}/cell`,
        );
        same(
          decoder.map(({ hidden }) => hidden),
          `${score}/hidden`,
        );
        same(
          decoder.map(({ attentional }) => attentional),
          `${score}/attentional`,
        );
        same(
          decoder.map(({ logits }) => logits),
          `${score}/logits`,
        );
        for (const { gates, cellBefore, cell, hidden } of decoder) {
          const { i, f, g, o } = gates;
          assertClose(
            cellBefore.map((c, d) => f[d]! * c + i[d]! * g[d]!),
            cell,
            TOLERANCE,
            'c = f·c + i·g',
          );
          assertClose(
            cell.map((c, d) => o[d]! * Math.tanh(c)),
            hidden,
            TOLERANCE,
            'h = o·tanh(c)',
          );
        }
      });
    }
  }
});

describe('the built-in translators', () => {
  for (const kind of ['dot', 'bahdanau'] satisfies Kind[]) {
    test(`${kind}: word order, gender, and the same numbers as plain loops`, async () => {
      const translator = await builtInTranslator(kind);
      const said = (text: string) => translate(translator, text).said.join(' ');
      assert.equal(said('The big black cat sees a mouse.'), 'le grand chat noir voit une souris <end>');
      assert.equal(said('a white cow sleeps'), 'une vache blanche dort <end>');
      assert.equal(said('I am a student'), 'je suis étudiant <end>');
      const { steps, source, given } = translate(translator, 'the small red car follows the dog');
      const id = (words: readonly string[], all: readonly string[]) => words.map((word) => all.indexOf(word));
      const plain = plainTranslate(plainOf(translator), id(source, translator.source), id(given, translator.target));
      assertClose(
        steps.decoder.flatMap(({ weights }) => weights),
        plain.weights.flat(),
        TOLERANCE,
        'weights',
      );
      assertClose(
        steps.decoder.flatMap(({ logits }) => logits),
        plain.logits.flat(),
        { rtol: 1e-5, atol: 3e-5 },
        'logits',
      );
      for (const name of ['i', 'f', 'g', 'o'] as const) {
        assertClose(
          steps.decoder.flatMap(({ gates }) => gates[name]),
          plain.steps.flatMap(({ gates }) => gates[name]!),
          TOLERANCE,
          name,
        );
      }
    });

    test(`${kind}: the arithmetic of every cell adds up`, async () => {
      const translator = await builtInTranslator(kind);
      const { steps }: Translated = translate(translator, 'the bird waits');
      for (const step of [...steps.forward, ...steps.backward, ...steps.decoder]) {
        for (const row of CELL_ROWS) {
          const unit = cellRow(step, row).length - 1;
          const { value, result } = workedCell(translator.weights, step, row, unit);
          assertClose([value], [result], TOLERANCE, row);
        }
      }
      for (const step of steps.decoder) assertClose([workedWeight(step, 1).result], [step.weights[1]!], TOLERANCE, 'weight');
    });
  }

  test('words that were not learned are named, with those that were; no word and too many are refused', async () => {
    const translator = await builtInTranslator('dot');
    assert.throws(() => translate(translator, 'the purple cat sleeps'), /has not learned “purple”\. It knows .*black.*young\.$/);
    assert.throws(() => translate(translator, ' . '), /no word to translate/);
    assert.throws(() => translate(translator, 'the '.repeat(13)), /has 13 words; this translator reads 12/);
    assert.throws(() => translate(translator, '<end>'), /has not learned/);
  });
});
