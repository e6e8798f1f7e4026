import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { familyTypes } from '../../model/architectures/registry.ts';
import { modelTypeOf } from '../model/architectures/checkpoints.ts';
import { blockRows } from './blocks.ts';
import { coveredNames } from './families.ts';
import { COVERAGE } from './place.ts';

/** Spellings of one architecture that has its golden checkpoint under another. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'xlm-roberta': 'roberta',
  camembert: 'roberta',
  gemma: 'gemma2',
  mt5: 't5',
};

describe('docs/COVERAGE.md', () => {
  const page = readFileSync(COVERAGE, 'utf8');

  test('shows no error beyond the bounds', () => assert.doesNotMatch(page, /\| \*\*/));

  test('claims no checkpoint and no block that is not there: otherwise `npm run coverage` has to run again', () => {
    const there = new Set([...coveredNames(), ...blockRows().map(({ block }) => block)]);
    const families = [...page.matchAll(/^\|[^|]+\| `[^`]+` \| `([^`]+)` \|/gm)].map(([, checkpoint]) => checkpoint!);
    const blocks = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, block]) => block!);
    assert.ok(families.length >= 40 && blocks.length >= 15, `${families.length} checkpoints, ${blocks.length} blocks`);
    assert.deepEqual(
      [...families, ...blocks].filter((name) => !there.has(name)),
      [],
    );
  });
});

test('every family has a golden checkpoint', () => {
  const covered = new Set(coveredNames().map(modelTypeOf));
  assert.deepEqual(
    familyTypes().filter((type) => !covered.has(SPELLINGS[type] ?? type)),
    [],
  );
});

test('every block has a test of its own or a family whose goldens run through it', () => {
  const bare = blockRows().filter(({ tests, families }) => tests.length === 0 && families.length === 0);
  assert.deepEqual(
    bare.map(({ block }) => block),
    [],
  );
});
