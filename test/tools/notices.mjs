/**
 * THIRD-PARTY-NOTICES.md: every package that is really inside the bundles (out/packages.json, written by esbuild.mjs), with its version and its licence.
 *
 *     node test/tools/notices.mjs           writes the file
 *     node test/tools/notices.mjs --check   fails when the file names other packages than the bundles hold
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './environment.mjs';

const FILE = join(root, 'THIRD-PARTY-NOTICES.md');
const TEXTS = /^(licen[cs]e|notices?|copying|thirdpartynotices)/i;

/** Packages whose archive has no licence text of its own: where the text stands. */
const ELSEWHERE = {
  'onnxruntime-web': 'https://github.com/microsoft/onnxruntime/blob/main/LICENSE and ThirdPartyNotices.txt beside it',
};

function section(name) {
  const folder = join(root, 'node_modules', name);
  const { version, license, author, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const who = typeof author === 'string' ? author : author?.name;
  const texts = readdirSync(folder)
    .filter((file) => TEXTS.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  const words =
    texts.length > 0 ? texts.map((text) => `~~~text\n${text}\n~~~`) : [`The text of the licence: ${ELSEWHERE[name] ?? homepage}.`];
  const facts = [`licence: ${license}`, ...(who ? [`by ${who}`] : []), ...(homepage ? [homepage] : [])];
  return [`## ${name} ${version}`, facts.join(' · '), ...words].join('\n\n');
}

function notices() {
  const list = join(root, 'out/packages.json');
  if (!existsSync(list)) fail('There are no bundles yet: run `npm run build` first.');
  const names = JSON.parse(readFileSync(list, 'utf8'));
  const head = '# Third-party notices\n\nWhat is inside the extension and was made by others. Written by `node test/tools/notices.mjs`.';
  return `${[head, ...names.map(section)].join('\n\n')}\n`;
}

if (process.argv.includes('--check')) {
  const heads = (text) => text.split('\n').filter((line) => line.startsWith('## '));
  const [wanted, found] = [heads(notices()), existsSync(FILE) ? heads(readFileSync(FILE, 'utf8')) : []];
  const missing = wanted.filter((line) => !found.includes(line));
  const extra = found.filter((line) => !wanted.includes(line));
  if (missing.length + extra.length > 0) {
    fail(
      `THIRD-PARTY-NOTICES.md lacks ${missing.join(', ') || 'nothing'} and has ${extra.join(', ') || 'nothing'} too much: run \`npm run notices\`.`,
    );
  }
} else writeFileSync(FILE, notices());
