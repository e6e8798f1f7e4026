import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { metrics } from '../../../model/metrics/index.ts';
import { metricsPage } from '../../tools/metrics-page.ts';
import { ROOT } from '../../webview/harness/cases.ts';

test('docs/METRICS.md says what the definitions say', () => {
  const page = readFileSync(join(ROOT, 'docs/METRICS.md'), 'utf8');
  assert.equal(page, metricsPage(), 'the page is old: npx tsx test/tools/metrics-page.ts');
  for (const { name, formula, source } of metrics) for (const words of [name, formula, source]) assert.ok(page.includes(words), words);
});
