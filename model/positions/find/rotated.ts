/** Rotary tables: what queries or keys are multiplied with, column by column, between their projection and their product. */
import type { Subject } from '../../attention/find/graph.ts';
import { intAttribute } from '../../attention/graph/attributes.ts';
import { type NodeRef, operatorOf } from '../../attention/graph/view.ts';
import type { Content } from './content.ts';
import { walkBack } from './walk.ts';

/** cos and sin (in either order) as values of the graph. */
export interface RotationValues {
  readonly tables: readonly [string, string];
  /** Rows of the tables that the positions of this run take; null where the tables have one row a position of the run. */
  readonly positions: string | null;
  readonly layout: 'half' | 'interleaved' | null;
  readonly ref: NodeRef;
}

/** Nodes between a projection and the scores at most. */
const REACH = 200;

export function rotationValues(subject: Subject, content: Content, operand: string): RotationValues | null {
  const factors = new Map<string, NodeRef>();
  let fused: RotationValues | null = null;
  let steps = 0;
  walkBack(subject, operand, (ref) => {
    if (fused || ++steps > REACH || subject.isProjection(ref) || !ref.node.output.some((name) => content.has(name))) return false;
    fused = fusedTables(ref);
    if (/^(Mul|ScatterElements)$/.test(ref.node.opType)) {
      const data = ref.node.input.find((name) => content.has(name));
      for (const name of ref.node.input) if (data && !content.has(name) && isTable(subject, name, data)) factors.set(name, ref);
    }
    return fused === null;
  });
  return fused ?? paired(subject, [...factors]);
}

/** A table of one row a position and more than one column. */
function isTable(subject: Subject, name: string, beside: string): boolean {
  const [own, whole] = [subject.shape(name), subject.shape(beside)];
  if (!own || !whole) return false;
  const long = own.filter((size) => size > 1);
  return long.length >= 2 && own.at(-1)! > 1 && own.at(-1) === whole.at(-1) && long.length <= 3;
}

function fusedTables(ref: NodeRef): RotationValues | null {
  const operator = operatorOf(ref.node);
  const [, a, b, c] = ref.node.input;
  const layout = intAttribute(ref.node, 'interleaved', 0) === 1 ? 'interleaved' : 'half';
  if (operator === 'com.microsoft::RotaryEmbedding' && a && b && c) return { tables: [b, c], positions: a, layout, ref };
  if (operator === 'RotaryEmbedding' && a && b) return { tables: [a, b], positions: c || null, layout, ref };
  return null;
}

/** The first two factors of one shape. */
function paired(subject: Subject, factors: readonly (readonly [string, NodeRef])[]): RotationValues | null {
  for (const [name, ref] of factors) {
    const shape = subject.shape(name)?.join();
    const other = factors.find(([second]) => second !== name && subject.shape(second)?.join() === shape);
    if (other) return { tables: [name, other[0]], positions: null, layout: null, ref };
  }
  return null;
}
