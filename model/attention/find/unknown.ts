/** Softmax between two products, where the file does not tell the sizes: it cannot be told from attention, so it is not passed over in silence. */
import type { Refusal } from '../../protocol/engine.ts';
import { type NodeRef, operatorOf } from '../graph/view.ts';
import type { Subject } from './graph.ts';
import { moduleOf, nodeName } from './words.ts';

const PRODUCT = /^(MatMul|Einsum|com\.microsoft::FusedMatMul|MatMulInteger|QLinearMatMul)$/;
/** What may stand between a product and a softmax. */
const BETWEEN = /^(Add|Sub|Mul|Div|Where|Cast|Reshape|Transpose|Unsqueeze|Squeeze|Tanh|Clip|Max|Min|Expand|Identity|Dropout|Concat|Slice)$/;
const REACH = 12;

/** A product of two values that both depend on the input. */
function meets(subject: Subject, ref: NodeRef): boolean {
  const own = ref.node.input.filter((name) => name !== '' && subject.fact(name)?.data !== false && !subject.isWeight(name));
  return PRODUCT.test(operatorOf(ref.node)) && own.length > 1;
}

function productBefore(subject: Subject, name: string, reach = REACH): boolean {
  const ref = subject.view.producerOf(name);
  if (!ref || reach === 0) return false;
  if (meets(subject, ref)) return true;
  return BETWEEN.test(ref.node.opType) && ref.node.input.some((input) => input !== '' && productBefore(subject, input, reach - 1));
}

function productAfter(subject: Subject, name: string, reach = REACH): boolean {
  return subject.view
    .consumersOf(name)
    .some(
      (ref) => meets(subject, ref) || (reach > 0 && BETWEEN.test(ref.node.opType) && productAfter(subject, ref.node.output[0]!, reach - 1)),
    );
}

/** The first node whose sizes are unknown while those of all its inputs are known. */
function cause(subject: Subject): NodeRef | undefined {
  const known = (name: string): boolean => name === '' || subject.shape(name) !== null;
  return subject.view.nodes.find(({ node }) => node.input.every(known) && !node.output.every(known));
}

/** One refusal for each softmax that may be attention and whose sizes are not known. */
export function refuseUnknown(subject: Subject): Refusal[] {
  const maps = subject.view.nodes.filter(
    ({ node }) =>
      node.opType === 'Softmax' &&
      !subject.shape(node.output[0]!) &&
      productBefore(subject, node.input[0]!) &&
      productAfter(subject, node.output[0]!),
  );
  if (maps.length === 0) return [];
  const first = cause(subject);
  const after = first ? `, from ${first.node.opType} (${nodeName(first.node)}) on` : '';
  return maps.map(({ node }) => ({
    where: moduleOf(node),
    reason: `the sizes of its tensors are known in a run alone${after}: attention cannot be told from other uses of softmax`,
    advice: 'Export the model with fixed input sizes, or simplify it with onnxsim.',
  }));
}
