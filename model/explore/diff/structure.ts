/** What differs between two models before any weight is read: facts, configuration, inputs and outputs, operators, tensors. */

import { operatorOf } from '../../onnx/attributes.ts';
import { allNodes } from '../../onnx/facts.ts';
import type { Change, Pair, Side, Structure, TensorFacts } from '../../protocol/diff.ts';
import type { Fact, PortFacts, TensorRow } from '../../protocol/explorer.ts';
import { readable } from '../numbers.ts';
import type { Series } from '../series.ts';
import type { Subject } from '../subject.ts';
import { byValues } from './by-values.ts';
import { type Matched, pairOf, pairsOf } from './pairs.ts';

/** @throws what reading the first numbers of unnamed tensors throws */
export async function structureOf(base: Subject, other: Subject): Promise<Structure> {
  const [mine, theirs] = [weightsOf(base), weightsOf(other)];
  const sameFormat = base.facts.format === other.facts.format;
  const matched = await withValues(pairsOf(mine.weights, theirs.weights, sameFormat), base, other, sameFormat);
  return {
    base: sideOf(base),
    other: sideOf(other),
    facts: changes(factMap(base.facts.facts), factMap(other.facts.facts)),
    config: changes(flat(base.opened.config), flat(other.opened.config)),
    ports: changes(portMap(base), portMap(other)),
    operators: base.facts.format === 'onnx' && other.facts.format === 'onnx' ? changes(operators(base), operators(other)) : [],
    ...matched,
    leftOut: mine.leftOut + theirs.leftOut,
  };
}

function sideOf({ facts }: Subject): Side {
  const { entry, format, architecture, parameters, bytes, tensors } = facts;
  return { entry, format, architecture, parameters, bytes, tensors: tensors.length };
}

/** Single values are factors; whole numbers of 32 bits and more are shapes and positions: no weights, like the scales of quantized ones. */
function weightsOf({ facts, opened }: Subject): { weights: TensorFacts[]; leftOut: number } {
  const helpers = new Set([...opened.packed.values()].flatMap((packed) => packed.helpers));
  const isWeight = ({ name, dtype, values }: TensorRow) => values > 1 && !helpers.has(name) && !/^(u?int(32|64)|bool|string)$/.test(dtype);
  const weights = facts.tensors.filter(isWeight).map(
    ({ name, dtype, shape, bytes, values, unpacked, part }): TensorFacts => ({
      ...{ name, dtype, bytes, values, part },
      shape: unpacked ?? shape,
      packed: unpacked !== null,
    }),
  );
  return { weights, leftOut: facts.tensors.length - weights.length };
}

/** What no name tells may be told by the numbers themselves. */
async function withValues(matched: Matched, base: Subject, other: Subject, sameFormat: boolean): Promise<Matched> {
  const { onlyBase, onlyOther } = matched;
  const open =
    (subject: Subject) =>
    (name: string): Series =>
      subject.stored(name);
  const plain = (tensors: readonly TensorFacts[]) => tensors.filter(({ dtype, packed }) => !packed && readable(dtype));
  const found = await byValues(plain(onlyBase), open(base), plain(onlyOther), open(other));
  if (found.length === 0) return matched;
  const [left, right] = [new Set(found.map(([a]) => a)), new Set(found.map(([, b]) => b))];
  const pairs: Pair[] = found.map(([a, b]) => pairOf(a, b, 'values', sameFormat));
  return {
    pairs: [...matched.pairs, ...pairs],
    onlyBase: onlyBase.filter((tensor) => !left.has(tensor)),
    onlyOther: onlyOther.filter((tensor) => !right.has(tensor)),
  };
}

type Words = ReadonlyMap<string, string>;

/** Everything that is not the same on both sides, in the order of the first. */
export function changes(base: Words, other: Words): Change[] {
  const all = new Set([...base.keys(), ...other.keys()]);
  return [...all].flatMap((what) => {
    const [mine, theirs] = [base.get(what) ?? null, other.get(what) ?? null];
    return mine === theirs ? [] : [{ what, base: mine, other: theirs }];
  });
}

const factMap = (facts: readonly Fact[]): Words => new Map(facts.map(({ label, value }) => [label, value]));

/** Nested keys joined with dots; lists as they stand in JSON. */
function flat(value: unknown, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (path !== '') found.set(path, JSON.stringify(value) ?? 'undefined');
    return found;
  }
  for (const [key, inner] of Object.entries(value)) {
    for (const [deeper, words] of flat(inner, path === '' ? key : `${path}.${key}`)) found.set(deeper, words);
  }
  return found;
}

function portMap({ facts }: Subject): Words {
  const words = ({ dtype, shape }: PortFacts) => `${dtype} [${shape?.map((n) => n ?? '?').join(', ') ?? '…'}]`;
  return new Map([
    ...facts.inputs.map((port) => [`input ${port.name}`, words(port)] as const),
    ...facts.outputs.map((port) => [`output ${port.name}`, words(port)] as const),
  ]);
}

function operators({ opened }: Subject): Words {
  const counts = new Map<string, number>();
  for (const node of allNodes(opened.graph().graph as Parameters<typeof allNodes>[0])) {
    const name = operatorOf(node);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].map(([name, n]) => [name, n.toLocaleString('en')]));
}
