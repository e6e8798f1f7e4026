import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { readTensors } from '../../../model/safetensors/checkpoint.ts';
import { HEADER_LIMIT } from '../../../model/safetensors/header.ts';
import { leavesFolder } from '../../../model/safetensors/shards.ts';
import { fixture, readJson } from '../goldens.ts';
import { diskFolder } from './folder.ts';

interface BadFile {
  readonly file: string;
  readonly what: string;
  readonly says: string;
}

const root = fixture('safetensors-bad');
const cases = readJson<BadFile[]>(join(root, 'bad.json'));

/** What the sentence must contain: the numbers and names of the case's own words, whose phrasing is a summary. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  'header-longer-than-file.safetensors': /the header says 5000 bytes, the file has fewer/,
  'header-claims-200MB.safetensors': /the header is larger than 100 MB .*refused before reading/,
  'header-2-to-63.safetensors': /the header is larger than 100 MB .*9223372036854775808.*refused/,
  'overlap.safetensors': /tensors a and b overlap/,
  'hole.safetensors': /bytes 16 to 24 belong to no tensor/,
  'not-utf8.safetensors': /the header is not valid UTF-8/,
  'duplicate-keys.safetensors': /tensor a is listed twice/,
  'dtype-unknown.safetensors': /tensor a has unknown dtype F33/,
  'shape-not-bytes.safetensors': /tensor a: shape 3×2 of F32 needs 24 bytes, its offsets give 16/,
  'offsets-descending.safetensors': /tensor a ends before it starts/,
  'offset-negative.safetensors': /tensor a: offset −16 is not a byte position/,
  'offset-float.safetensors': /tensor a: offset 0.5 is not a whole number/,
  'past-the-end.safetensors': /tensor b ends at byte 32, the data has 20/,
  'not-json.safetensors': /the header is not valid JSON/,
  'list-header.safetensors': /the header is not an object/,
  'empty.safetensors': /the file is empty/,
  'five-bytes.safetensors': /the file is too short for a header/,
  'index-escapes/model.safetensors.index.json': /shard \.\.\/overlap\.safetensors lies outside the folder: refused/,
  'shard-missing/model.safetensors.index.json': /model-00002-of-00002\.safetensors is missing/,
};

describe('safetensors files that must be refused', () => {
  test('every case of the list has its sentence here, and its file', () => {
    assert.deepEqual(cases.map((c) => c.file).sort(), Object.keys(SENTENCES).sort());
    for (const { file } of cases) assert.ok(existsSync(join(root, file)), file);
  });

  for (const { file, what } of cases) {
    test(`${file}: ${what}`, async () => {
      const folder = diskFolder(join(root, dirname(file)));
      const name = file.slice(file.lastIndexOf('/') + 1);
      await assert.rejects(readTensors(folder, name), (error) => {
        assert.ok(error instanceof HeadlightError, String(error));
        assert.match(error.message, SENTENCES[file]!);
        assert.ok(error.message.startsWith(name), `the sentence names the file: ${error.message}`);
        return true;
      });
      for (const { path, offset, length } of folder.reads) {
        const size = folder.files.find((entry) => entry.path === path)!.size;
        assert.ok(offset >= 0 && length <= HEADER_LIMIT && offset + length <= size, `${path}: read ${offset}+${length} of ${size}`);
      }
    });
  }
});

test('paths that leave a folder', () => {
  for (const path of ['../a', 'a/../../b', '/etc/a', 'C:\\a', 'c:/a', 'https://host/a', '..\\a', '~/a', '', 'a\0b']) {
    assert.ok(leavesFolder(path), path);
  }
  for (const path of ['a.safetensors', 'sub/a.safetensors', '..a', 'a..b']) assert.ok(!leavesFolder(path), path);
});
