import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fixture, readJson } from '../model/goldens.ts';
import { inspect, Results } from './spawned.ts';

interface Bad {
  readonly file: string;
  readonly what: string;
  readonly stage: 'open' | 'weights' | 'run' | 'ok';
}

const cases = readJson<Bad[]>(fixture('onnx-bad', 'bad.json'));
/** Files that may be shown: what is odd about them harms nobody. */
const MAY_OPEN = new Set(['invalid-utf8.onnx']);

describe('malformed and hostile files', () => {
  it('each get their sentence, within two seconds and without a new process', async () => {
    assert.ok(cases.length > 20);
    const results = new Results();
    const { status, stderr, ms } = await inspect(
      '--batch',
      results.batch(cases.map(({ file }) => ({ path: fixture('onnx-bad', file), out: file }))),
    );
    assert.equal(status, 2);
    assert.doesNotMatch(stderr, /^\s+at /m);
    for (const { file, stage, what } of cases) {
      const { error } = results.report(file);
      if (stage === 'ok' || MAY_OPEN.has(file)) assert.equal(error, null, `${file} (${what})`);
      else {
        assert.ok(error, `${file} (${what}) was taken`);
        assert.ok(['format', 'empty', 'limit', 'path', 'shape', 'unsupported', 'not-found'].includes(error.code), `${file}: ${error.code}`);
        assert.match(error.message, /\.$/, `${file}: ${error.message}`);
      }
    }
    assert.ok(ms < 2000 * cases.length, `${ms} ms for ${cases.length} files`);
    results.remove();
  });
});
