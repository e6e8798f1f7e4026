/** A model's facts as a text that people can keep or send: Markdown, nothing that is not in the file. */
import type { AttentionFacts, PageFacts } from '../protocol/explorer.ts';
import { shortSize } from '../sizes.ts';
import { partsOf } from './parts.ts';
import { shortType } from './types.ts';

const n = (value: number) => value.toLocaleString('en');
/** Text of a file cannot end a cell or begin markup. */
const cell = (text: string) => text.replaceAll(/[\\|`*_<>[\]]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, ' ');

/** @param attention what was found of it, or the sentence why nothing can be shown */
export function summaryOf(name: string, facts: PageFacts, attention: AttentionFacts | string): string {
  const lines = [
    `# ${cell(name)}`,
    '',
    `${cell(facts.entry)}, ${facts.architecture ? cell(facts.architecture) : 'unknown architecture'}`,
    '',
  ];
  lines.push(
    '| | |',
    '| --- | --- |',
    `| Parameters | ${n(facts.parameters)} |`,
    `| Weights | ${shortSize(facts.bytes)} in ${n(facts.tensors.length)} tensors |`,
  );
  for (const { label, value } of facts.facts) lines.push(`| ${cell(label)} | ${cell(value)} |`);
  lines.push(
    '',
    ...ports('Inputs', facts.inputs.length > 0 || typeof attention === 'string' ? facts.inputs : (attention.inputs ?? [])),
    ...ports('Outputs', facts.outputs),
  );
  lines.push('## Parameters by part', '', '| part | values | tensors |', '| --- | ---: | ---: |');
  for (const part of [...partsOf(facts.tensors).parts].sort((a, b) => b.values - a.values).slice(0, 20)) {
    lines.push(`| ${cell(part.path)} | ${n(part.values)} | ${n(part.tensors)} |`);
  }
  lines.push('', '## Attention', '', ...attentionLines(attention));
  if (facts.problems.length > 0) lines.push('', '## Problems', '', ...facts.problems.map((words) => `- ${cell(words)}`));
  return `${lines.join('\n')}\n`;
}

function ports(title: string, list: PageFacts['inputs']): string[] {
  if (list.length === 0) return [];
  const rows = list.map(
    ({ name, dtype, shape, words }) =>
      `| ${cell(name)} | ${shortType(dtype)} | ${cell(shape ? shape.map((axis) => axis ?? '?').join(' × ') : '')} | ${cell(words ?? '')} |`,
  );
  return [`## ${title}`, '', '| name | type | shape | |', '| --- | --- | --- | --- |', ...rows, ''];
}

function attentionLines(attention: AttentionFacts | string): string[] {
  if (typeof attention === 'string') return [cell(attention)];
  const sites = attention.sites.map(({ where, heads, kvHeads, headDim, causal, how }) => {
    const groups = kvHeads === heads ? '' : ` on ${kvHeads} of keys and values`;
    return `- ${cell(where)}: ${heads} heads${groups}${headDim === null ? '' : `, ${headDim} wide`}, ${causal ? 'causal' : 'both directions'}, weights ${how}`;
  });
  const refused = attention.refused.map(({ where, reason }) => `- ${cell(where)}: not shown, ${cell(reason)}`);
  return sites.length + refused.length === 0 ? ['None was found.'] : [...sites, ...refused];
}
