/**
 * Writes docs/COVERAGE.md: `npm run coverage`. Every number in it is measured while it is written.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BlockRow, blockRows } from './blocks.ts';
import { type Compared, coveredNames, type FamilyRow, measureFamily } from './families.ts';
import { COVERAGE } from './place.ts';

/** Names of families that are written out. */
const MANY = 6;

const BOUNDS = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4];

/** How many values, and the bound that all of them keep. */
function within({ count, error }: Compared): string {
  if (count === 0) return '–';
  const bound = BOUNDS.find((limit) => error <= limit);
  return bound === undefined ? `**${count}, ${error.toExponential(1)}**` : `${count} ≤ ${bound.toExponential(0)}`;
}

function familyLine(row: FamilyRow): string {
  const cells = [row.architecture, `\`${row.modelType}\``, `\`${row.checkpoint}\``, `${row.sites} sites`, within(row.outputs)];
  return line([...cells, within(row.attention), row.positions ?? '–', within(row.reference), row.generates ? 'yes' : '–']);
}

function blockLine({ block, purpose, tests, families }: BlockRow): string {
  const through = families.length > MANY ? `${families.length}, among them ${families.slice(0, MANY).join(', ')}` : families.join(', ');
  return line([`\`${block}\``, purpose, tests.map((test) => `\`${test}\``).join(', ') || '–', through || '–']);
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(heads: readonly string[], lines: readonly string[]): string {
  return [line(heads), line(heads.map(() => '---')), ...lines].join('\n');
}

const families: FamilyRow[] = [];
for (const name of coveredNames()) families.push(await measureFamily(name));

const page = `# What is covered

Written by \`npm run coverage\`; every number was measured while it was written.

## Families

One line for every golden checkpoint. *Opens*: configuration and tensor names were understood; the number of places of attention. *Runs*: outputs of
the graph that is written for the checkpoint, in onnxruntime-web (wasm). *Attention*: weights of every head in that run. *Reference*: outputs,
attention, hidden states and stages by the blocks themselves. Each says how many tensors were compared with Hugging Face's, and a bound on the error as
a part of the tensor's largest value, queries of padding left out. *Generates*: six greedy tokens are equal.

${table(['family', 'model_type', 'checkpoint', 'opens', 'runs', 'attention', 'positions', 'reference', 'generates'], families.map(familyLine))}

## Blocks

*Tests*: of the block alone, in \`test/model/blocks\`. *Families*: those whose goldens run through it.

${table(['block', 'what it is', 'tests', 'families'], blockRows().map(blockLine))}
`;

mkdirSync(dirname(COVERAGE), { recursive: true });
writeFileSync(COVERAGE, page);
console.log(`${families.length} checkpoints → ${COVERAGE}`);
