import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { assertRunnable, readSkeleton, type Skeleton } from '../../../model/onnx/skeleton.ts';
import { fixture, readJson } from '../goldens.ts';
import { type DiskFolder, diskFolder } from '../safetensors/folder.ts';

interface BadFile {
  readonly file: string;
  readonly what: string;
  /** When the sentence is due: at opening, when weights are read or the model is run; `ok` opens and runs. */
  readonly stage: 'open' | 'weights' | 'run' | 'ok';
}

const root = fixture('onnx-bad');
const cases = readJson<BadFile[]>(join(root, 'bad.json'));

/** What the sentence must contain: the names and numbers of the case, and what to do. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  'truncated.onnx': /truncated: a field at byte \d+ says 1126 bytes and only 749 are left.*Download or export it again/,
  'wrong-magic.onnx': /not an ONNX file .*GGUF/,
  'empty.onnx': /empty \(0 bytes\)/,
  'zip.onnx': /not an ONNX file .*zip archive, perhaps a PyTorch checkpoint/,
  'text.onnx': /Git LFS pointer.*git lfs pull/,
  'external-escapes.onnx': /external data of wq has a path outside the model's folder: refused, nothing was read/,
  'external-absolute.onnx': /external data of wk has an absolute path: refused, nothing was read/,
  'external-missing.onnx': /wv needs nowhere\.bin, which is missing beside the model/,
  'external-short.onnx': /short\.bin has 100 bytes, wq .*needs 256/,
  'external-offset.onnx': /wq starts at byte 1099511627776 of short\.bin, which has 100/,
  'huge-dims.onnx': /wq declares 4611686018427387904 values, its data holds 64/,
  'negative-dims.onnx': /wk has a negative dimension -8/,
  'raw-length.onnx': /wv has 253 bytes for 64 float32 values, expected 256/,
  'cycle.onnx': /cycle through scores, softmax, kt/,
  'missing-initializer.onnx': /k_proj reads wk, which nothing defines/,
  'unknown-domain.onnx': /com\.example\.secret::Softmax.*structure can be shown, it cannot run/,
  'too-few-inputs.onnx': /scores: MatMul needs 2 inputs, has 1/,
  'nested-if.onnx': /nests subgraphs deeper than 24: refused/,
  'duplicate-output.onnx': /q is produced twice, by q_proj and k_proj/,
  'no-opset.onnx': /names no opset version/,
  'future-opset.onnx': /opset 99 is newer than the runtime's 26\. Its structure can be shown/,
  'no-graph.onnx': /has no graph/,
  'varint-bomb.onnx': /varint is longer than 10 bytes/,
  'length-bomb.onnx': /truncated: a field at byte 12 says 9223372036854775807 bytes and only 40 are left/,
  'shape-mismatch.onnx': /q_proj multiplies \[batch, sequence, 9\] · \[8, 8\]: 9 against 8/,
  'unknown-dtype.onnx': /wq has an unknown data type 77/,
};
/** A name that is no UTF-8 may be shown with replacement characters. */
const OPENS: readonly string[] = ['markup-names.onnx', 'invalid-utf8.onnx'];

async function refusal(work: () => Promise<unknown>): Promise<HeadlightError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof HeadlightError, `a HeadlightError, not ${error}`);
    return error;
  }
  return assert.fail('should have been refused');
}

/** Reads a file and says how long that took and how many bytes it read. */
async function measured(folder: DiskFolder, path: string): Promise<Skeleton> {
  const size = folder.files.find((file) => file.path === path)!.size;
  const start = performance.now();
  const before = folder.reads.length;
  try {
    return await readSkeleton(folder, path);
  } finally {
    assert.ok(performance.now() - start < 2000, `${path} took ${performance.now() - start} ms`);
    const bytes = folder.reads.slice(before).reduce((sum, read) => sum + read.length, 0);
    assert.ok(bytes <= 4 * size, `${path}: ${bytes} bytes read of a file of ${size}`);
    for (const read of folder.reads.slice(before)) assert.equal(read.path, path, 'nothing else is read');
  }
}

describe('malformed and hostile ONNX files', () => {
  const folder = diskFolder(root);

  test('every file of the list has its sentence here', () => {
    const listed = cases.map(({ file }) => file).sort();
    assert.deepEqual(listed, [...Object.keys(SENTENCES), ...OPENS].sort());
  });

  for (const { file, what, stage } of cases.filter((one) => one.file in SENTENCES)) {
    test(`${file}: ${what}`, async () => {
      const error = await refusal(async () => {
        const skeleton = await measured(folder, file);
        assert.notEqual(stage, 'open', `${file} must be refused at opening`);
        assertRunnable(skeleton);
      });
      assert.match(error.message, SENTENCES[file]!);
      assert.ok(error.message.includes(file), 'the sentence names the file');
    });
  }

  for (const { file, stage } of cases.filter((one) => one.stage === 'weights' || one.stage === 'run')) {
    test(`${file} (${stage}) can be shown: only running it is refused`, async () => {
      const skeleton = await measured(folder, file);
      assert.ok(skeleton.graph.node.length > 0);
      assert.ok(skeleton.problems.length > 0);
    });
  }

  test('names that are HTML are names', async () => {
    const skeleton = await measured(folder, 'markup-names.onnx');
    assertRunnable(skeleton);
    assert.equal(skeleton.graph.node[5]!.name, '<img src=x onerror=alert(1)>');
    assert.equal(skeleton.producer, '</script><script>alert(1)</script>');
  });

  test('a name that is not UTF-8 is shown with replacement characters', async () => {
    const skeleton = await measured(folder, 'invalid-utf8.onnx');
    assert.match(skeleton.graph.node[5]!.name, /^\ufffd+max\ufffd$/);
  });
});
