import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HeadlightError } from '../../../model/errors.ts';
import { readSkeleton, type Skeleton } from '../../../model/onnx/skeleton.ts';
import { fixture } from '../goldens.ts';
import { random } from './random.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const MB = 2 ** 20;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** A field with a length; `payload` may be large. */
function field(number: number, payload: Uint8Array | readonly number[]): Uint8Array {
  const head = [...varint(number * 8 + 2), ...varint(payload.length)];
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

function join(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** `unit` over and over, about `size` bytes. */
function repeated(unit: readonly number[], size: number): Uint8Array {
  const count = Math.floor(size / unit.length);
  const bytes = new Uint8Array(count * unit.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = unit[i % unit.length]!;
  return bytes;
}

/** A ModelProto around the fields of a graph: IR 8, opset 17. */
function model(...graph: Uint8Array[]): Uint8Array {
  return join([8, 8], field(7, join(...graph)), field(8, [16, 17]));
}

const name = (text: string) =>
  field(
    8,
    [...text].map((character) => character.charCodeAt(0)),
  );
const initializer = (type: number, dims: number, data: Uint8Array) => field(5, join([8, ...varint(dims), 16, type], data, name('w')));

/** Reads the model of these bytes; memory is looked at whenever the reader asks for more, and at the end, garbage included. */
async function measure(bytes: Uint8Array): Promise<{ skeleton: Skeleton | null; error: unknown; grown: number; ms: number }> {
  collect();
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const before = used();
  let most = before;
  const look = () => {
    most = Math.max(most, used());
  };
  const open = () => ({
    name: 'hostile.onnx',
    size: bytes.length,
    read: async (offset: number, length: number) => {
      look();
      return bytes.slice(offset, offset + length);
    },
  });
  // Processor time: other work on the machine does not count.
  const start = process.cpuUsage();
  const folder = { files: [{ path: 'hostile.onnx', size: bytes.length }], open };
  const result = await readSkeleton(folder, 'hostile.onnx').then(
    (skeleton) => ({ skeleton, error: null }),
    (error: unknown) => ({ skeleton: null, error }),
  );
  look();
  const { user, system } = process.cpuUsage(start);
  return { ...result, grown: most - before, ms: (user + system) / 1000 };
}

const SIZE = 16 * MB;
const noise = random(1);

const HOSTILE: Readonly<Record<string, { readonly bytes: () => Uint8Array; readonly says: RegExp | null }>> = {
  'millions of empty nodes': { bytes: () => model(repeated([10, 0], SIZE)), says: /has more than 1000000 nodes, attributes and tensors/ },
  'millions of empty inputs of one node': { bytes: () => model(field(1, repeated([10, 0], SIZE))), says: /has more than \d+ fields/ },
  'millions of dimensions': { bytes: () => model(field(5, field(1, repeated([1], SIZE)))), says: /more than 1024 dimensions/ },
  'a name of megabytes': { bytes: () => model(field(5, join([16, 1], name('w'.repeat(SIZE))))), says: /expected 1/ },
  'int64 values as one-byte varints': {
    bytes: () => model(initializer(7, SIZE, field(7, new Uint8Array(SIZE)))),
    says: /holds most of its data as 64-bit varints/,
  },
  'random bytes': { bytes: () => Uint8Array.from({ length: SIZE }, () => noise() * 256), says: /hostile\.onnx is/ },
  'random bytes inside a graph': { bytes: () => model(Uint8Array.from({ length: SIZE }, () => noise() * 256)), says: /hostile\.onnx is/ },
  'one tensor of raw data': { bytes: () => model(initializer(2, SIZE, field(9, new Uint8Array(SIZE)))), says: null },
  'one tensor of float_data': { bytes: () => model(initializer(1, SIZE / 4, field(4, new Uint8Array(SIZE)))), says: null },
  'bytes in int32_data': { bytes: () => model(initializer(2, SIZE, field(5, new Uint8Array(SIZE)))), says: null },
};

describe('a file of n bytes costs no more than 4·n and two seconds', () => {
  for (const [what, { bytes, says }] of Object.entries(HOSTILE)) {
    test(what, async () => {
      const file = bytes();
      const { skeleton, error, grown, ms } = await measure(file);
      if (says === null) assert.ok(skeleton, String(error));
      else {
        assert.ok(error instanceof HeadlightError, String(error));
        assert.match(error.message, says);
      }
      assert.ok(grown <= 4 * file.length, `grew by ${(grown / MB).toFixed(1)} MB for a file of ${(file.length / MB).toFixed(1)} MB`);
      assert.ok(ms < 2000, `took ${ms.toFixed(0)} ms`);
    });
  }

  test('weights are not read', async () => {
    const file = model(initializer(2, SIZE, field(9, new Uint8Array(SIZE))));
    const { skeleton } = await measure(file);
    assert.ok(skeleton!.bytesRead < 256 * 1024, `${skeleton!.bytesRead} bytes read`);
    assert.equal(skeleton!.places.get('w')!.length, SIZE);
  });
});

async function outcome(bytes: Uint8Array): Promise<'opened' | 'refused'> {
  const open = () => ({
    name: 'damaged.onnx',
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.slice(offset, offset + length),
  });
  try {
    await readSkeleton({ files: [{ path: 'damaged.onnx', size: bytes.length }], open }, 'damaged.onnx');
    return 'opened';
  } catch (error) {
    assert.ok(error instanceof HeadlightError, `a HeadlightError, not ${(error as Error).stack}`);
    assert.ok(error.message.startsWith('damaged.onnx'), error.message);
    return 'refused';
  }
}

describe('a damaged file is opened or refused with a sentence, nothing else', () => {
  const good = new Uint8Array(readFileSync(fixture('onnx-bad', 'markup-names.onnx')));

  test('cut at any byte', async () => {
    for (let length = 0; length < good.length; length++) await outcome(good.slice(0, length));
    assert.equal(await outcome(good), 'opened');
  });

  test('with any byte changed, several ways', async () => {
    const next = random(7);
    const counts = { opened: 0, refused: 0 };
    for (let at = 0; at < good.length; at++) {
      const bytes = good.slice();
      bytes[at] = next() * 256;
      bytes[Math.floor(next() * good.length)] = next() * 256;
      counts[await outcome(bytes)]++;
    }
    assert.ok(counts.refused > 100 && counts.opened > 100, JSON.stringify(counts));
  });
});
