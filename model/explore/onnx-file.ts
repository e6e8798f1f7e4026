/** An `.onnx` file for the model page. */
import { type Found, findAttention } from '../attention/index.ts';
import { asHeadlightError } from '../errors.ts';
import { typeName } from '../onnx/dtypes.ts';
import { allNodes, fileFacts } from '../onnx/facts.ts';
import { inputFacts, type ModelConfig, planFeeds } from '../onnx/feeds.ts';
import { readModelConfig } from '../onnx/folder.ts';
import { declared, Graph } from '../onnx/graph.ts';
import { modulePath } from '../onnx/module-path.ts';
import type { onnx } from '../onnx/proto.js';
import { readSkeleton, type Skeleton } from '../onnx/skeleton.ts';
import type { AttentionFacts, Fact, PortFacts } from '../protocol/explorer.ts';
import type { ModelFolder } from '../source.ts';
import { once } from './once.ts';
import { packedOf } from './packed.ts';
import { fromOnnx } from './stored.ts';
import type { OpenedFile } from './subject.ts';

/** @throws HeadlightError what `readSkeleton` and `Graph` say of a file that cannot be shown */
export async function openOnnxFile(folder: ModelFolder, path: string): Promise<OpenedFile> {
  const skeleton = await readSkeleton(folder, path);
  const graph = new Graph(skeleton.graph);
  const problems = skeleton.problems.map(({ message }) => message);
  const config = await readModelConfig(folder, path).catch((error) => {
    problems.push(asHeadlightError(error, 'read', 'The configuration cannot be read').message);
    return null;
  });
  const own = fileFacts([graph], config);
  const tensors = fromOnnx(folder, path, skeleton.model);
  const found = once(() => findAttention(skeleton.model, { file: path }));
  return {
    format: 'onnx',
    architecture: own.architecture === 'unknown' ? null : own.architecture,
    parameters: own.parameters,
    vocabulary: own.vocabulary,
    facts: factsOf(skeleton, own),
    inputs: inputsOf(graph, config),
    outputs: graph.proto.output.map((value) => ({
      name: value.name,
      ...portOf(value),
      words: OUTPUTS[value.name] ?? cacheWords(value.name),
    })),
    tensors,
    packed: packedOf([...allNodes(skeleton.graph)], tensors),
    userOf: users(skeleton.graph),
    problems,
    metadata: skeleton.metadata,
    config,
    attention: () => attentionOf(found()),
    sites: found,
    graph: () => skeleton.model,
  };
}

/** What outputs are called everywhere, in words. */
const OUTPUTS: Readonly<Record<string, string>> = {
  logits: 'a score for every token or class',
  last_hidden_state: 'the vector of each position after the last layer',
  pooler_output: 'one vector for the whole input',
  sentence_embedding: 'one vector for the whole input',
  text_embeds: 'one vector for the text',
  image_embeds: 'one vector for the picture',
  start_logits: 'a score for each token to begin the answer',
  end_logits: 'a score for each token to end the answer',
};

const cacheWords = (name: string) => (/^present/.test(name) ? 'keys or values of a layer, for the next step' : null);

function portOf(value: Parameters<typeof declared>[0]): Pick<PortFacts, 'dtype' | 'shape'> {
  const { type, shape } = declared(value);
  return { dtype: typeName(type), shape };
}

function inputsOf(graph: Graph, config: ModelConfig): PortFacts[] {
  return inputFacts(planFeeds(graph, config)).map(({ name, dtype, shape, filledBy }) => ({ name, dtype, shape, words: filledBy }));
}

/** Modules by the tensors that their nodes use; the first user counts. */
function users(graph: onnx.GraphProto): (tensor: string) => readonly string[] {
  const byTensor = new Map<string, onnx.NodeProto>();
  for (const node of allNodes(graph)) {
    for (const name of node.input) if (name && !byTensor.has(name)) byTensor.set(name, node);
    // A constant is called after its node.
    for (const name of node.output) if (name && node.opType === 'Constant') byTensor.set(name, byTensor.get(name) ?? node);
  }
  return (tensor) => {
    const node = byTensor.get(tensor);
    return node ? modulePath(node) : [];
  };
}

function factsOf({ model, opsets, producer, graph }: Skeleton, own: ReturnType<typeof fileFacts>): Fact[] {
  const versions = [...opsets].map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  const nodes = [...allNodes(graph)];
  const operators = new Map<string, number>();
  for (const { opType } of nodes) operators.set(opType, (operators.get(opType) ?? 0) + 1);
  const most = [...operators].sort((a, b) => b[1] - a[1]).slice(0, 6);
  return compact([
    ['Format', `ONNX, IR version ${Number(model.irVersion)}`],
    ['Operator sets', versions.join(' · ')],
    ['Made by', producer],
    ['Quantization', own.quantization],
    ['Positions', own.positions],
    ['Longest input', own.maxTokens === null ? null : `${own.maxTokens.toLocaleString('en')} tokens`],
    ['Vocabulary', own.vocabulary === null ? null : `${own.vocabulary.toLocaleString('en')} tokens`],
    [
      'Nodes',
      `${nodes.length.toLocaleString('en')}: ${most.map(([name, n]) => `${n} ${name}`).join(', ')}${operators.size > 6 ? ' …' : ''}`,
    ],
    ['Functions', model.functions.length > 0 ? String(model.functions.length) : null],
  ]);
}

/** Facts without those that nobody knows. */
export function compact(facts: readonly (readonly [label: string, value: string | null])[]): Fact[] {
  return facts.flatMap(([label, value]) => (value ? [{ label, value }] : []));
}

function attentionOf({ sites, refused, warnings }: Found): AttentionFacts {
  return { sites: sites.map(({ plan: _, ...site }) => site), refused, warnings, inputs: null };
}
