/** What must hold for every tokenizer and any text, whatever the oracle has seen. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Token } from '../../../model/protocol/panel.ts';
import { loadTokenizer, type TextRange, type Tokenizer } from '../../../model/text/index.ts';
import { family, familyNames } from './packed.ts';
import { randomText, seeded } from './random.ts';

const TEXTS = 60;
const names = familyNames();

/**
 * Tokenizers whose tokens may step back: these put their ranges together from what is left of a word after its unknown characters vanished, or cut
 * letters off (see ALIGN, sections 5 and 6), as the library does.
 */
const NOT_MONOTONE = new Set(['variant-bpe-missing-bytes', 'variant-byte-level-trim', 'roberta-prefix']);

/** Tokenizers that take the spaces out of their tokens' ranges: those characters have a token, but lie in no range. */
const TRIMS = /^(bart|clip|roberta|variant-byte-level-trim)/;

function splitsPair(text: string, at: number): boolean {
  return at > 0 && at < text.length && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}

function checkRanges(text: string, tokens: readonly Token[], monotone: boolean): void {
  let before = 0;
  for (const { start, end, special, piece } of tokens) {
    const where = `${JSON.stringify(piece)} [${start}, ${end}) of ${JSON.stringify(text)}`;
    assert.ok(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length, where);
    assert.ok(!splitsPair(text, start) && !splitsPair(text, end), `splits a pair: ${where}`);
    if (special) assert.ok(start === 0 && end === 0, `a special token nobody typed has a range: ${where}`);
    else {
      if (monotone) assert.ok(start >= before, `steps back: ${where}`);
      before = start;
    }
  }
}

function isCovered(at: number, ranges: readonly TextRange[]): boolean {
  return ranges.some(({ start, end }) => start <= at && at < end);
}

/** Every character is in a token's range, or in what vanished, never in both; what was composed into the one before it is in neither. */
function checkCoverage(text: string, tokens: readonly Token[], vanished: readonly TextRange[]): void {
  for (let at = 0; at < text.length; at++) {
    const [inToken, gone] = [isCovered(at, tokens), isCovered(at, vanished)];
    assert.ok(!(inToken && gone), `character ${at} of ${JSON.stringify(text)} vanished and has a token`);
    const composed = !inToken && !gone;
    if (composed) assert.ok(/[\p{M}\p{Lo}\u3099\u309a\uff9e\uff9f]/u.test(text[at]!), `character ${at} of ${JSON.stringify(text)} is lost`);
  }
}

describe('ranges on random Unicode', () => {
  for (const name of names) {
    it(name, () => {
      const tokenizer: Tokenizer = loadTokenizer(family(name).tokenizer);
      const random = seeded(names.indexOf(name) + 1);
      for (let n = 0; n < TEXTS; n++) {
        const text = randomText(random, 40);
        const pair = n % 8 === 0 ? randomText(random, 10) : undefined;
        const { tokens, normalized, typeIds } = tokenizer.encode(text, pair);
        assert.equal(typeIds.length, tokens.length);
        [text, pair].forEach((t, segment) => {
          if (t === undefined) return;
          const own = tokens.filter((token) => token.segment === segment);
          checkRanges(t, own, !NOT_MONOTONE.has(name));
          if (!TRIMS.test(name)) checkCoverage(t, own, normalized[segment]!.vanished);
        });
      }
    });
  }
});

describe('byte-level tokenizers lose nothing', () => {
  for (const name of ['gpt2', 'llama3', 'whisper', 'bart', 'gpt2-transformers5']) {
    it(`${name}: decoding gives the text back`, () => {
      const tokenizer = loadTokenizer(family(name).tokenizer);
      const random = seeded(7);
      for (let n = 0; n < TEXTS; n++) {
        const text = randomText(random, 40)
          .replace(/\p{Surrogate}/gu, '')
          .replaceAll(/<s>|<mask>/g, '');
        const ids = tokenizer.encode(text, undefined, { specials: false }).tokens.map((t) => t.id);
        assert.equal(tokenizer.decode(ids), text);
      }
    });
  }
});
