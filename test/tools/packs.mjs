/**
 * Fixtures that lie in the repository compressed: test/data/packs/<topic>-<n>.br, each below a megabyte, unpacked to test/data/<topic>/
 * before tests run. A topic's folder is ignored by git, but for what makes it (make/).
 *
 *     node test/tools/packs.mjs pack [TOPIC…]      after a fixture of these topics (or of any) was added or changed
 *     node test/tools/packs.mjs                    unpacks what is not unpacked yet (the test runner does this by itself)
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const data = new URL('../data/', import.meta.url).pathname;
const packs = join(data, 'packs');
/** Topics whose files shrink to a half or less. */
const TOPICS = ['onnx', 'operators', 'checkpoints', 'patterns'];
/** Bytes of one pack before compression, chosen so that each stays below a megabyte after it. */
const CHUNK = { onnx: 1_700_000, operators: 6_000_000, checkpoints: 1_050_000, patterns: 4_000_000 };
const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } };

const filesOf = (topic) =>
  readdirSync(join(data, topic), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(data.length))
    .filter((path) => !path.includes('/make/') && !path.endsWith('.unpacked'))
    .sort();

/** A pack: the length of its list, the list (path and length of each file) as JSON, the files one after the other. */
function pack(paths) {
  const contents = paths.map((path) => readFileSync(join(data, path)));
  const list = Buffer.from(JSON.stringify(paths.map((path, i) => [path, contents[i].length])));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(list.length);
  return brotliCompressSync(Buffer.concat([size, list, ...contents]), OPTIONS);
}

/** Files in groups of at most `limit` bytes, in order. */
function groups(paths, limit) {
  const all = [[]];
  let bytes = 0;
  for (const path of paths) {
    const { size } = statSync(join(data, path));
    if (bytes > 0 && bytes + size > limit) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1).push(path);
    bytes += size;
  }
  return all;
}

function packAll(topics) {
  mkdirSync(packs, { recursive: true });
  for (const topic of topics) {
    for (const name of packsOf(topic)) rmSync(join(packs, name));
    for (const [n, paths] of groups(filesOf(topic), CHUNK[topic]).entries()) {
      writeFileSync(join(packs, `${topic}-${String(n).padStart(2, '0')}.br`), pack(paths));
    }
    writeFileSync(join(data, topic, '.unpacked'), stampOf(topic));
  }
}

const packsOf = (topic) =>
  readdirSync(packs)
    .filter((name) => name.startsWith(`${topic}-`))
    .sort();
const stampOf = (topic) =>
  packsOf(topic)
    .map((name) => `${name} ${statSync(join(packs, name)).size}`)
    .join('\n');

/** Unpacks every topic whose packs are newer than what lies there. */
export function unpackFixtures() {
  if (!existsSync(packs)) return;
  for (const topic of TOPICS) {
    const stamp = join(data, topic, '.unpacked');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(topic)) continue;
    for (const name of packsOf(topic)) unpack(brotliDecompressSync(readFileSync(join(packs, name))));
    writeFileSync(stamp, stampOf(topic));
  }
}

function unpack(bytes) {
  const start = 4 + bytes.readUInt32LE(0);
  let offset = start;
  for (const [path, length] of JSON.parse(bytes.toString('utf8', 4, start))) {
    mkdirSync(dirname(join(data, path)), { recursive: true });
    writeFileSync(join(data, path), bytes.subarray(offset, offset + length));
    offset += length;
  }
}

if (process.argv[1]?.endsWith('packs.mjs')) {
  if (process.argv[2] === 'pack') packAll(process.argv.length > 3 ? process.argv.slice(3) : TOPICS);
  else unpackFixtures();
}
