/** The operator cases under test/data/operators: reading them, and running one with the reference. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Attribute } from '../../../model/ops/ops.ts';
import type { Call } from '../../../model/ops/reference/kernel.ts';
import { kernelOf } from '../../../model/ops/reference/registry.ts';
import type { DType, Tensor } from '../../../model/tensor.ts';
import { fixture, Goldens, readJson } from '../goldens.ts';

interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly tensor: string;
}

type JsonAttribute = number | string | readonly number[] | readonly string[] | Omit<Value, 'name'> | { readonly float: string };

export interface Case {
  readonly name: string;
  readonly opset: Readonly<Record<string, number>>;
  readonly domain?: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly node?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
  readonly attributes?: Readonly<Record<string, JsonAttribute>>;
  /** The case is a graph: a file beside the cases. */
  readonly model?: string;
}

/** Operators that have cases, `microsoft/` before those of com.microsoft. */
export function operatorsWithCases(): string[] {
  const names = (folder: string): string[] => readdirSync(fixture('operators', folder)).filter((f) => f.endsWith('.json'));
  return [...names(''), ...names('microsoft').map((f) => `microsoft/${f}`)].map((f) => f.slice(0, -'.json'.length)).sort();
}

export interface Cases {
  readonly cases: readonly Case[];
  readonly goldens: Goldens;
}

export function readCases(operator: string): Cases {
  const base = fixture('operators', operator);
  return { cases: readJson<Case[]>(`${base}.json`), goldens: Goldens.read(`${base}.safetensors`) };
}

/** A tensor of a case, with the type that the json says (4-bit integers lie one a byte). */
export function tensorOfCase(goldens: Goldens, { tensor, dtype, shape }: Omit<Value, 'name'>): Tensor {
  const { data } = goldens.get(tensor);
  return { dtype, shape, data };
}

function attributeOf(goldens: Goldens, value: JsonAttribute): Attribute {
  if (typeof value !== 'object' || Array.isArray(value)) return value as Attribute;
  if ('float' in value) return Number(value.float.replace('inf', 'Infinity'));
  return tensorOfCase(goldens, value as Omit<Value, 'name'>);
}

/** The path of a case's graph. */
export function modelOfCase(item: Case): Uint8Array {
  return new Uint8Array(readFileSync(fixture('operators', item.model!)));
}

function callOf(operator: string, item: Case, goldens: Goldens): Call {
  const attributes = Object.fromEntries(Object.entries(item.attributes ?? {}).map(([name, value]) => [name, attributeOf(goldens, value)]));
  const domain = item.domain ?? '';
  const body = (): never => {
    throw new Error('a case of one node has no body');
  };
  const opset = item.opset[domain === '' ? 'ai.onnx' : domain] ?? 1;
  return { op: operator.replace('microsoft/', ''), domain, opset, attributes, outputs: item.node!.outputs.length, name: item.name, body };
}

/** Runs a case of one node with the reference: its outputs by name. */
export function runCase(operator: string, item: Case, goldens: Goldens): Map<string, Tensor> {
  const call = callOf(operator, item, goldens);
  const kernel = kernelOf(call.domain, call.op);
  if (!kernel) throw new Error(`the reference has no operator ${operator}`);
  const given = new Map(item.inputs.map((value) => [value.name, tensorOfCase(goldens, value)]));
  const results = kernel(
    item.node!.inputs.map((name) => (name === '' ? null : given.get(name)!)),
    call,
  );
  return new Map(item.node!.outputs.map((name, n) => [name, results[n]!]));
}
