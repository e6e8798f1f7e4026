/** Ways back through a graph. */
import type { Subject } from '../../attention/find/graph.ts';
import type { NodeRef } from '../../attention/graph/view.ts';

/**
 * Visits the nodes that a value is made by, the nearest first.
 * @param enter whether to go on behind a node
 */
export function walkBack(subject: Subject, from: string, enter: (ref: NodeRef) => boolean): void {
  const seen = new Set<NodeRef>();
  const open = [from];
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    const ref = subject.view.producerOf(name);
    if (!ref || seen.has(ref)) continue;
    seen.add(ref);
    if (enter(ref)) open.push(...ref.node.input.filter(Boolean));
  }
}

/** Whether a value is made by an operator of this name. */
export function madeBy(subject: Subject, name: string, operator: RegExp): boolean {
  let found = false;
  walkBack(subject, name, (ref) => {
    found ||= operator.test(ref.node.opType);
    return !found;
  });
  return found;
}

/** Names of everything that a value is made of, its own included; a length is not made of what it is the length of. */
export function ancestors(subject: Subject, name: string): Set<string> {
  const found = new Set([name]);
  walkBack(subject, name, (ref) => {
    const made = !/^(Shape|Size)$/.test(ref.node.opType);
    if (made) for (const input of ref.node.input) if (input) found.add(input);
    return made;
  });
  return found;
}

/** Stored tensors of at least `values` numbers that a value is made of, the nearest first; lengths as above. */
export function storedBehind(subject: Subject, name: string, values = 2): { readonly name: string; readonly shape: readonly number[] }[] {
  const found = new Map<string, readonly number[]>();
  const look = (input: string): void => {
    const shape = subject.shape(input);
    const isStored = subject.view.initializers.has(input) || subject.view.producerOf(input)?.node.opType === 'Constant';
    if (isStored && shape && shape.reduce((a, b) => a * b, 1) >= values) found.set(input, shape);
  };
  look(name);
  walkBack(subject, name, (ref) => {
    for (const input of ref.node.input) if (input) look(input);
    return !/^(Shape|Size)$/.test(ref.node.opType);
  });
  return [...found].map(([stored, shape]) => ({ name: stored, shape }));
}
