/**
 * Writes docs/METRICS.md from the definitions in model/metrics, so that the page cannot say anything else than the code:
 *
 *   npx tsx test/tools/metrics-page.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Metric, metrics } from '../../model/metrics/index.ts';

const UNITS: Record<Metric['unit'], string> = { bit: 'bits', tokens: 'tokens', share: 'share, 0 to 1' };

const HEAD = `# Metrics

What the tab *Metrics*, the tooltips of heads and the details show. Every number is computed from the weights as the model used them; nothing is
normalised before. Rows of zeros (queries that see nothing) do not count. Where a metric has no case in a text, it says *no case* and no number.

Letters: α the weights of one head, \`[T, S]\`; t a query, s a key; x their tokens. Layers and heads count from 1 on screen, from 0 in files.

This page is made from the definitions in \`model/metrics\` by \`npx tsx test/tools/metrics-page.ts\`; a test compares it with them.

## Of one head
`;

const OVER = `
## Over the layers

### Rollout

How much of each input token is in each position after the layers up to the chosen one, if attention alone mixed them, half of it staying in place.

- formula: R₀ = I, R_l = Â_l · R_{l−1}, with Â_l = ½ · mean over heads of α + ½ · I, rows summing to 1
- where: *rollout over the layers* below the heads; up to 400 tokens
- source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers, section 3.1

### Attention flow

How much could run from an input token to a position above, if every attention weight were the width of a pipe: the maximum flow.

- formula: maximum flow from node (L, t) to node (0, s) in the graph whose edge (l, i) → (l−1, j) has capacity Â_l[i, j]
- each key is computed by itself, so a row does not sum to 1
- where: *flow over the layers* below the heads; one query at a time
- source: Abnar and Zuidema 2020, section 3.2; Dinitz 1970 for the algorithm

## Between two words

How strongly a head links two spans: the weight from the tokens of one to the tokens of the other. *Find heads that link these* ranks all heads by it.

- formula: mean over t in *from* of Σ_{s in *to*} α_ts
- source: the scores of relations in Clark et al. 2019, What Does BERT Look At?, section 4.2

## Between two maps

The share of weight that lies on other keys, in the tab *Compare*: 0 for equal rows, 1 for rows without a common key.

- formula: mean over common queries t of ½ · Σ_s |β_ts − α_ts|, keys of one map alone counted as 0 in the other
- source: total variation distance of two distributions
`;

function section({ name, unit, definition, formula, source, needs, badge }: Metric): string {
  const lines = [
    `\n### ${name}\n`,
    `${definition}\n`,
    `- unit: ${UNITS[unit]}`,
    `- formula: ${formula}`,
    ...(needs === 'self' ? ['- only where queries and keys are one sequence (not in cross-attention)'] : []),
    ...(badge ? [`- in words from ${Math.round(badge.threshold * 100)} % on: *${badge.words}*`] : []),
    `- source: ${source}`,
  ];
  return `${lines.join('\n')}\n`;
}

export const PAGE = fileURLToPath(new URL('../../docs/METRICS.md', import.meta.url));

export const metricsPage = (): string => `${HEAD}${metrics.map(section).join('')}${OVER}`;

if (process.argv[1] && fileURLToPath(import.meta.url) === join(process.argv[1])) writeFileSync(PAGE, metricsPage());
