/** Facts of com.microsoft's fused operators, as far as what follows them needs. */
import { intAttribute, intsAttribute } from '../graph/attributes.ts';
import { count, fact, type Rule } from './fact.ts';

const attention: Rule = (step) => {
  const [x, w] = [step.input(0), step.input(1)];
  const sizes = intsAttribute(step.node, 'qkv_hidden_sizes');
  if (!x?.shape || !w?.shape) return [];
  const width = sizes?.[2] || w.shape[1]! / 3;
  return [fact(step.input(step.node.opType === 'QAttention' ? 3 : 1)?.type ?? x.type, [x.shape[0]!, x.shape[1]!, width], true)];
};

const multiHead: Rule = (step) => {
  const [q, v] = [step.input(0), step.input(2)];
  if (!q?.shape) return [];
  if (q.shape.length === 5) return [fact(q.type, [q.shape[0]!, q.shape[1]!, q.shape[2]! * q.shape[4]!], true)];
  const width = v?.shape?.length === 3 ? v.shape[2]! : q.shape[2]!;
  return [fact(q.type, [q.shape[0]!, q.shape[1]!, width], true)];
};

const grouped: Rule = (step) => {
  const [q, k, past] = [step.input(0), step.input(1), step.input(3)];
  if (!q?.shape) return [];
  const [heads, groups] = [intAttribute(step.node, 'num_heads', 1), intAttribute(step.node, 'kv_num_heads', 1)];
  const packed = !k || (k.shape !== null && count(k.shape) === 0);
  const d = packed ? q.shape[2]! / (heads + 2 * groups) : q.shape[2]! / heads;
  const total = (past?.shape?.[2] ?? 0) + q.shape[1]!;
  const cache = fact(q.type, [q.shape[0]!, groups, total, d], true);
  return [fact(q.type, [q.shape[0]!, q.shape[1]!, heads * d], true), cache, cache];
};

const onnxAttention: Rule = (step) => {
  const [q, v] = [step.input(0), step.input(2)];
  if (!q?.shape || !v?.shape) return [];
  if (q.shape.length === 4) return [fact(q.type, [...q.shape.slice(0, 3), v.shape.at(-1)!], true)];
  const [heads, groups] = [intAttribute(step.node, 'q_num_heads', 1), intAttribute(step.node, 'kv_num_heads', 1)];
  return [fact(q.type, [q.shape[0]!, q.shape[1]!, (v.shape[2]! / groups) * heads], true)];
};

const embedding: Rule = (step) => {
  const [ids, table] = [step.input(0), step.input(2)];
  if (!ids?.shape || !table?.shape) return [];
  const scale = step.node.opType === 'QEmbedLayerNormalization' ? 1 : table.type;
  return [fact(scale, [...ids.shape, table.shape[1]!], true), fact(6, [ids.shape[0]!], true)];
};

const matmulNBits: Rule = (step) => {
  const x = step.input(0);
  return [fact(x?.type ?? 0, x?.shape ? [...x.shape.slice(0, -1), intAttribute(step.node, 'N', 1)] : null, true)];
};

const gatherBlocks: Rule = (step) => {
  const [table, ids, scales] = [step.input(0), step.input(1), step.input(2)];
  if (!table?.shape || !ids?.shape) return [];
  const block = intAttribute(step.node, 'block_size', 128);
  return [fact(scales?.type ?? 0, scales?.shape ? [...ids.shape, scales.shape.at(-1)! * block] : null, true)];
};

const skip: Rule = (step) => {
  const x = step.input(0);
  return step.node.output.map((_, i) => (i === 0 || i === 3 ? fact(x?.type ?? 0, x?.shape ?? null, true) : null));
};

export const CONTRIB: Readonly<Record<string, Rule>> = {
  'com.microsoft::Attention': attention,
  'com.microsoft::QAttention': attention,
  'com.microsoft::MultiHeadAttention': multiHead,
  'com.microsoft::DecoderMaskedMultiHeadAttention': multiHead,
  'com.microsoft::GroupQueryAttention': grouped,
  'com.microsoft::SparseAttention': grouped,
  Attention: onnxAttention,
  'com.microsoft::EmbedLayerNormalization': embedding,
  'com.microsoft::QEmbedLayerNormalization': embedding,
  'com.microsoft::MatMulNBits': matmulNBits,
  'com.microsoft::GatherBlockQuantized': gatherBlocks,
  'com.microsoft::SkipLayerNormalization': skip,
  'com.microsoft::SkipSimplifiedLayerNormalization': skip,
  SkipSimplifiedLayerNormalization: skip,
};
