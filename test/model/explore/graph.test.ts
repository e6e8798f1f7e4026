/** The graph of the model page: nothing of a file's graph is left out, and every level is small enough to be drawn. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { graphData } from '../../../model/explore/graph/data.ts';
import { LEVEL, pathTo } from '../../../model/explore/graph/groups.ts';
import { levelOf } from '../../../model/explore/graph/level.ts';
import { type GraphData, groupOf, isConstant, STORED } from '../../../model/explore/graph/types.ts';
import { Subject } from '../../../model/explore/subject.ts';
import { allNodes } from '../../../model/onnx/facts.ts';
import { onnx } from '../../../model/onnx/proto.js';
import { corpus } from '../onnx/corpus.ts';
import { diskFolder } from '../safetensors/folder.ts';

const now = () => performance.now();
const builtIn = (name: string) => diskFolder(new URL(`../../../media/models/${name}/`, import.meta.url).pathname);

async function dataOf(
  folder: ReturnType<typeof builtIn>,
  path: string,
  marked = true,
): Promise<{ data: GraphData; model: onnx.ModelProto }> {
  const { opened } = await Subject.open(folder, path, now);
  const model = opened.graph();
  return { data: graphData(model, marked ? opened.attention().sites : []), model };
}

/** Each node once in the tree, each level of a size that can be drawn. */
function checkTree({ nodes, groups }: GraphData): void {
  const seen = new Set<number>();
  groups.forEach(({ items, repeats, parent }, number) => {
    const drawn = items.filter((item) => groupOf(item) >= 0 || !isConstant(nodes[item]!));
    if (repeats === 1) assert.ok(drawn.length <= LEVEL, `${drawn.length} items in one level`);
    for (const item of items) {
      const inner = groupOf(item);
      if (inner >= 0) assert.equal(groups[inner]!.parent, number);
      else {
        assert.equal(nodes[item]!.group, number);
        assert.ok(!seen.has(item));
        seen.add(item);
      }
    }
    assert.ok(parent < number);
  });
  assert.equal(seen.size, nodes.length);
  assert.equal(groups[0]!.nodes, nodes.length);
}

/** Every use of a value by a node is an edge of exactly one level: the one where the paths of maker and user part. */
function checkEdges(data: GraphData): void {
  const drawn = data.groups.map((_, group) => levelOf(data, group));
  for (const { inputs, group } of data.nodes) {
    for (const value of inputs) {
      const producer = value < 0 ? STORED : data.values[value]!.producer;
      if (producer < 0 || isConstant(data.nodes[producer]!)) continue;
      const [a, b] = [
        [0, ...pathTo(data.groups, data.nodes[producer]!.group)],
        [0, ...pathTo(data.groups, group)],
      ];
      const level = a.filter((one, i) => one === b[i]).at(-1)!;
      assert.ok(
        drawn[level]!.edges.some(({ values }) => values.includes(value)),
        `${data.values[value]!.name} is not drawn where it passes`,
      );
    }
  }
}

describe('the graph of every exported model', () => {
  for (const { path } of corpus.files.filter(({ path: one }) => one.endsWith('.onnx'))) {
    test(path, async () => {
      const { data, model } = await dataOf(corpus as ReturnType<typeof builtIn>, path, false);
      const nodes = [...allNodes(model.graph as onnx.GraphProto)];
      assert.equal(data.nodes.length, nodes.length);
      const uses = nodes.reduce((sum, { input }) => sum + input.filter(Boolean).length, 0);
      assert.equal(
        data.nodes.reduce((sum, { inputs }) => sum + inputs.filter((value) => value >= 0).length, 0),
        uses,
      );
      const names = new Set(data.values.map(({ name }) => name));
      for (const { name } of model.graph!.initializer!) assert.ok(names.has(name!), name!);
      for (const { output } of nodes) for (const name of output) if (name) assert.ok(names.has(name), name);
      checkTree(data);
      checkEdges(data);
    });
  }
});

test('layers that compute the same are folded, and each can still be opened', async () => {
  const { data } = await dataOf(builtIn('headlight-gpt'), 'onnx/model.onnx');
  const folded = data.groups.filter(({ repeats }) => repeats > 1);
  assert.ok(folded.some(({ repeats, items }) => repeats >= 3 && items.length === repeats));
  assert.equal(data.sites.length, 4);
});

test('weights alone: modules by the names of the tensors', async () => {
  const { data } = await dataOf(builtIn('headlight-gpt'), 'model.safetensors');
  checkTree(data);
  assert.ok(
    data.groups.some(({ name, repeats }) => /h\.0 – /.test(name) && repeats === 4),
    data.groups.map(({ name }) => name).join(' | '),
  );
  assert.equal(data.sites.length, 4);
});

const value = (name: string) => onnx.ValueInfoProto.create({ name }) as onnx.ValueInfoProto;

test('ten thousand nodes in a row without names: stretches of stretches', () => {
  const node = Array.from({ length: 10_000 }, (_, i) => onnx.NodeProto.create({ opType: 'Relu', input: [`v${i}`], output: [`v${i + 1}`] }));
  const graph = onnx.GraphProto.create({ node, input: [value('v0')], output: [value('v10000')] });
  const began = now();
  const data = graphData(onnx.ModelProto.create({ graph }) as onnx.ModelProto, []);
  checkTree(data);
  const level = levelOf(data, 0);
  assert.ok(level.items.length <= LEVEL + 2);
  assert.ok(now() - began < 5000);
});
