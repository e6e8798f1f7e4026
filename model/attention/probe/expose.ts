/** Makes a value of any graph an output of the model: out of branches and loop bodies, level by level. */
import { onnx } from '../../onnx/proto.js';
import { graphsOf } from '../graph/attributes.ts';
import { floatTensor, makeNode, valueInfo } from '../graph/builder.ts';
import type { Clone } from '../graph/clone.ts';
import { TYPE } from '../graph/constants.ts';
import type { NodeRef } from '../graph/view.ts';

/** A value in one graph of the original model. */
export interface Inner {
  readonly graph: onnx.GraphProto;
  readonly owner: NodeRef | null;
  readonly name: string;
}

/** A branch without the value returns nothing: a tensor of no elements. */
function emptyIn(graph: onnx.GraphProto, name: string): string {
  const made = `${name}/none`;
  const value = onnx.AttributeProto.create({
    name: 'value',
    type: onnx.AttributeProto.AttributeType.TENSOR,
    t: floatTensor('', [], [0, 0, 0, 0]),
  });
  graph.node.push(onnx.NodeProto.create({ ...makeNode('Constant', [], [made]), attribute: [value] }));
  return made;
}

/** Adds the value as one more output of an If: each branch its own, or nothing. */
function throughIf(clone: Clone, owner: NodeRef, values: readonly Inner[], name: string): void {
  const node = clone.nodeOf.get(owner.node)!;
  graphsOf(owner.node).forEach((branch, i) => {
    const graph = clone.graphOf.get(branch)!;
    const own = values.find((v) => v.graph === branch);
    graph.output.push(valueInfo(own?.name ?? emptyIn(graph, `${name}/${i}`), TYPE.float));
  });
  node.output.push(name);
}

/** Adds the value as a scan output of a Loop or Scan: one entry a turn, in a new first axis. */
function throughLoop(clone: Clone, owner: NodeRef, value: Inner, name: string): void {
  const node = clone.nodeOf.get(owner.node)!;
  const body = clone.graphOf.get(value.graph)!;
  // A Loop's body returns its condition too.
  while (node.output.length < body.output.length - (node.opType === 'Loop' ? 1 : 0)) node.output.push('');
  body.output.push(valueInfo(value.name, TYPE.float));
  node.output.push(name);
}

/**
 * The name under which a float32 value can be fetched from the model. Several values are the same one in branches of an If.
 */
export function expose(clone: Clone, values: readonly Inner[], name: string): string {
  let at: readonly Inner[] = values;
  let owner = at[0]!.owner;
  for (let level = 0; owner; level++) {
    const around = owner;
    const outer = around.owner ? `${name}/${level}` : name;
    if (around.node.opType === 'If')
      throughIf(
        clone,
        around,
        at.filter((v) => v.owner === around),
        outer,
      );
    else throughLoop(clone, around, at[0]!, outer);
    at = [{ graph: around.graph, owner: around.owner, name: outer }];
    owner = around.owner;
  }
  const graph = clone.model.graph!;
  const { name: found } = at[0]!;
  if (found !== name) graph.node.push(makeNode('Identity', [found], [name]));
  graph.output.push(valueInfo(name, TYPE.float));
  return name;
}
