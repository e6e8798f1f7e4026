/** Files with a random value put somewhere: they load or are refused in words, never anything else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { imageSettings } from '../../../model/image/index.ts';
import { loadTokenizer } from '../../../model/text/index.ts';
import { family } from './packed.ts';
import { pick, type Random, seeded } from './random.ts';

const ROUNDS = 80;
const VALUES: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  1e20,
  '',
  'x',
  'AAAA',
  '(',
  true,
  [],
  {},
  ['a'],
  [['a', 1]],
  { type: 'NFC' },
  { String: 'a' },
  { Regex: 'a*' },
];

/** A copy with one value somewhere in it replaced or left out. Long lists and vocabularies are entered too, but rarely. */
function mutated(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return pick(random, VALUES);
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(random, VALUES)];
    const at = Math.floor(random() * value.length);
    return value.map((item: unknown, i) => (i === at ? mutated(item, random) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { x: pick(random, VALUES) };
  const at = Math.floor(random() * entries.length);
  const rest = entries.filter((_, i) => i !== at);
  const [key, inner] = entries[at]!;
  return Object.fromEntries(random() < 0.2 ? rest : [...rest, [key, mutated(inner, random)]]);
}

function settles(run: () => unknown, what: string): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof HeadlightError)) throw new Error(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    assert.ok(error.message.length > 10);
  }
}

describe('a malformed file', () => {
  for (const name of [
    'bert-uncased',
    'gpt2',
    'llama2',
    'llama3',
    'clip',
    'albert',
    'nfkc-unigram',
    'roberta',
    'word-level',
    'xlnet',
    'deberta-v3-transformers5',
  ]) {
    it(`of a tokenizer like ${name} loads or is refused in words`, () => {
      const { tokenizer, config } = family(name);
      const random = seeded(99);
      for (let n = 0; n < ROUNDS; n++) {
        const broken = mutated(tokenizer, random);
        settles(() => {
          const loaded = loadTokenizer(broken, n % 3 === 0 ? mutated(config, random) : config);
          const { tokens } = loaded.encode('The <s> keys\n to 漢字 é', n % 2 === 0 ? 'second' : undefined);
          loaded.decode(tokens.map((t) => t.id));
        }, `${name}, round ${n}`);
      }
    });
  }

  it('of preprocessing settings is read or refused in words', () => {
    const settings = {
      do_resize: true,
      size: { height: 24, width: 24 },
      crop_size: 20,
      do_center_crop: true,
      resample: 3,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      rescale_factor: 0.1,
    };
    const random = seeded(5);
    for (let n = 0; n < 600; n++) settles(() => imageSettings(mutated(settings, random)), `round ${n}`);
  });
});
