/**
 * `npm run quality`: writes docs/QUALITY.md. It runs the benches and packs the extension; every figure on the page comes from what these
 * commands print while it is written. Wants a machine that does nothing else.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, fail, root, say } from './environment.mjs';

const PAGE = join(root, 'docs/QUALITY.md');

const line = (cells) => `| ${cells.join(' | ')} |`;
const table = (heads, rows) => [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
const digits = (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
const rounded = (value) => (Math.abs(value) >= 100 ? String(Math.round(value)) : digits(value));

/** The benches' figures; those that do not hold their limit are on the page too. With `--measured` those of the last `npm run bench`. */
function benches() {
  if (process.argv.includes('--measured')) return JSON.parse(readFileSync(join(root, 'bench/latest.json'), 'utf8'));
  const { status } = spawnSync(process.execPath, ['test/tools/bench.mjs'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0 && status !== 1) fail('a bench did not come to its end; its words are above.');
  return JSON.parse(readFileSync(join(root, 'bench/latest.json'), 'utf8'));
}

function benchRow({ name, value, unit, limit, more, holds, against, detail }) {
  const figure = `${rounded(value)}${unit ? ` ${unit}` : ''}`;
  const promise = limit === null ? '–' : `${more ? '≥' : '≤'} ${rounded(limit)}`;
  const words = [against && `against ${against}`, detail].filter(Boolean).join('; ');
  return [`\`${name}\``, holds === false ? `**${figure}**` : figure, promise, holds === null ? '–' : holds ? 'yes' : '**no**', words];
}

/** What `npm run package` says at its end: files, megabytes. */
function packed() {
  const { status, stdout } = spawnSync(process.execPath, ['test/tools/package.mjs'], { cwd: root, encoding: 'utf8' });
  const said = /(\S+\.vsix): (\d+) files, ([\d.]+) MB \(([\d.]+) MB/.exec(stdout);
  if (status !== 0 || !said) fail('the extension could not be packed: `npm run package` says why.');
  const [, , files, mb, models] = said;
  return { files, mb: Number(mb), models: Number(models) };
}

const kilobytes = (path) => Math.round(statSync(join(root, path)).size / 1000);

ensurePackages();
say('measuring …');
const results = benches();
say('packing …');
const { files, mb, models } = packed();
const sizes = [
  ['VSIX', `${mb} MB`, '≤ 30 MB', `${files} files`],
  ['VSIX without the built-in models', `${(mb - models).toFixed(1)} MB`, '≤ 12 MB', ''],
  ['bundle of the extension host', `${kilobytes('out/extension/extension.cjs')} kB`, '≤ 300 kB', 'without workers'],
  ['bundle of the panel', `${kilobytes('out/webview/main.js')} kB`, '–', ''],
];
const coverage = readFileSync(join(root, 'docs/COVERAGE.md'), 'utf8');
const checkpoints = [...coverage.matchAll(/^\| [^|]+ \| `[^`]+` \| `[^`]+` \| \d+ sites/gm)].length;
const families = new Set([...coverage.matchAll(/^\| ([^|]+) \| `[^`]+` \| `[^`]+` \| \d+ sites/gm)].map(([, name]) => name)).size;
const { model } = cpus()[0];
const today = new Date().toISOString().slice(0, 10);

writeFileSync(
  PAGE,
  `# Figures

Written by \`npm run quality\` on ${today}; nothing on this page is typed by hand. Machine: ${cpus().length} processors (${model.trim()}),
${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release().split('.').slice(0, 2).join('.')}, Node ${process.versions.node}; no GPU: everything runs on the CPU.

## Speed and memory

\`npm run bench\`, or one figure by \`npm run bench -- NAME\`. What is compared is measured in the same run.

${table(['figure', 'value', 'limit', 'held', 'how'], results.map(benchRow))}

## Size

\`npm run package\`

${table(['what', 'size', 'limit', ''], sizes)}

## Numbers

\`npm run coverage\` compares ${checkpoints} checkpoints of ${families} families with Hugging Face's own values and writes [COVERAGE.md](COVERAGE.md):
the largest differences of outputs, attention and every stage. \`npm test\` holds them to their tolerances, in Node and in the panel.
`,
);
say(`docs/QUALITY.md is written: ${results.length} figures.`);
