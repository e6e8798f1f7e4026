/**
 * Activation functions under the names that configurations use.
 *
 * Sources: Hendrycks, Gimpel 2016 (GELU, its tanh form and x·σ(1.702x)); Ramachandran et al. 2017 (swish = SiLU); So et al. 2021 (ReLU²).
 */
import { HeadlightError } from '../errors.ts';
import type { Ops } from '../ops/ops.ts';

/** f(x), element by element. */
export type Activation = <T>(ops: Ops<T>, x: T) => T;

/** x·Φ(x), exact, by the error function */
export const gelu: Activation = (ops, x) => ops.gelu(x);

/** ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) */
export const geluTanh: Activation = (ops, x) => ops.gelu(x, { approximate: 'tanh' });

/** x·σ(1.702·x) */
export const quickGelu: Activation = (ops, x) => ops.mul(x, ops.sigmoid(ops.mul(x, 1.702)));

/** max(x, 0) */
export const relu: Activation = (ops, x) => ops.relu(x);

/** max(x, 0)² */
export const relu2: Activation = (ops, x) => ops.mul(ops.relu(x), ops.relu(x));

/** min(max(x, 0), 6) */
export const relu6: Activation = (ops, x) => ops.clip(x, 0, 6);

/** x·σ(x), also called swish */
export const silu: Activation = (ops, x) => ops.mul(x, ops.sigmoid(x));

/** (e^x − e^−x) / (e^x + e^−x) */
export const tanh: Activation = (ops, x) => ops.tanh(x);

/** 1 / (1 + e^−x) */
export const sigmoid: Activation = (ops, x) => ops.sigmoid(x);

/** x·tanh(log(1 + e^x)) */
export const mish: Activation = (ops, x) => ops.mul(x, ops.tanh(ops.softplus(x)));

/** GELU within −10 … 10, as some quantised models were trained */
export const gelu10: Activation = (ops, x) => ops.clip(ops.gelu(x), -10, 10);

/** max(x, 0.01·x) */
export const leakyRelu: Activation = (ops, x) => ops.max(x, ops.mul(x, 0.01));

/** ½·(1 + erf((x − √½) / (σ·√2))) with σ = 0.282095, close to ReLU². Source: Ma et al. 2022, "Mega", 3.2. */
export const laplace: Activation = (ops, x) => {
  const standardised = ops.div(ops.sub(x, Math.SQRT1_2), 0.282095 * Math.SQRT2);
  return ops.mul(ops.add(ops.erf(standardised), 1), 0.5);
};

/** x */
export const identity: Activation = (_, x) => x;

const BY_NAME: Readonly<Record<string, Activation>> = {
  gelu,
  gelu_python: gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_python_tanh: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_accurate: geluTanh,
  gelu_10: gelu10,
  quick_gelu: quickGelu,
  relu,
  relu2,
  relu6,
  leaky_relu: leakyRelu,
  laplace,
  silu,
  swish: silu,
  tanh,
  sigmoid,
  mish,
  linear: identity,
};

/**
 * The activation of a name.
 * @throws HeadlightError `unsupported` for a name that is not known here
 */
export function activation(name: string): Activation {
  if (!Object.hasOwn(BY_NAME, name)) {
    throw new HeadlightError('unsupported', `The activation ${name} is not known here; known are ${Object.keys(BY_NAME).join(', ')}.`);
  }
  return BY_NAME[name]!;
}
