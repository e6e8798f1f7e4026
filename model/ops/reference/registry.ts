/** All operators of the reference. A new family is its file and its line here. */
import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { attentions } from './attention.ts';
import { casts } from './cast.ts';
import { controls } from './control.ts';
import { convolutions } from './conv.ts';
import { sums } from './einsum.ts';
import { gathers } from './gather.ts';
import { generators } from './generate.ts';
import type { Kernel, Kernels } from './kernel.ts';
import { products } from './matmul.ts';
import { microsoftAttention } from './microsoft/attention.ts';
import { fused } from './microsoft/fused.ts';
import { groupQuery } from './microsoft/groupquery.ts';
import { multiHead } from './microsoft/multihead.ts';
import { microsoftQuantized } from './microsoft/quantized.ts';
import { norms } from './norm.ts';
import { pools } from './pool.ts';
import { quantized } from './quantized.ts';
import { recurrents } from './recurrent.ts';
import { reductions } from './reduce.ts';
import { resizes } from './resize.ts';
import { rotaries } from './rotary.ts';
import { selections } from './select.ts';
import { shapes } from './shape.ts';
import { softmaxes } from './softmax.ts';

const FAMILIES: readonly Kernels[] = [
  activations,
  arithmetic,
  attentions,
  casts,
  controls,
  convolutions,
  fused,
  gathers,
  generators,
  groupQuery,
  microsoftAttention,
  microsoftQuantized,
  multiHead,
  norms,
  pools,
  products,
  quantized,
  recurrents,
  reductions,
  resizes,
  rotaries,
  selections,
  shapes,
  softmaxes,
  sums,
];

const KERNELS: ReadonlyMap<string, Kernel> = new Map(FAMILIES.flatMap((family) => Object.entries(family)));

/** The kernel of an operator, or undefined when the reference lacks it. */
export function kernelOf(domain: string, op: string): Kernel | undefined {
  return KERNELS.get(domain === '' || domain === 'ai.onnx' ? op : `${domain}:${op}`);
}

/** Every operator that the reference has, as `Op` or `domain:Op`, in alphabetical order. */
export function operatorNames(): string[] {
  return [...KERNELS.keys()].sort();
}
