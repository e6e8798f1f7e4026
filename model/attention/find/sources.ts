/** Which inputs and which other places of attention a value depends on: what tells self-attention from cross-attention, and towers apart. */
import { graphsOf } from '../graph/attributes.ts';
import type { NodeRef } from '../graph/view.ts';
import type { Subject } from './graph.ts';

/** Inputs that say where or whether, not what. */
const SIDE = /mask|position|past|cache|mems|present|seqlens|sequence_length|segment/i;

export interface Sources {
  /** Names of inputs that carry content. */
  readonly inputs: ReadonlySet<string>;
  /** Numbers of places of attention. */
  readonly sites: ReadonlySet<number>;
}

const NONE: Sources = { inputs: new Set(), sites: new Set() };

/** Whether everything in `a` is also in `b`. */
export function within(a: Sources, b: Sources): boolean {
  return a === b || ([...a.inputs].every((i) => b.inputs.has(i)) && [...a.sites].every((s) => b.sites.has(s)));
}

export function isEmpty(a: Sources): boolean {
  return a.inputs.size === 0 && a.sites.size === 0;
}

/** Both together; the same object where one holds the other, so that a long graph has few sets. */
function union(a: Sources, b: Sources): Sources {
  if (within(b, a)) return a;
  if (within(a, b)) return b;
  return { inputs: new Set([...a.inputs, ...b.inputs]), sites: new Set([...a.sites, ...b.sites]) };
}

/** Sources of every value, found in one walk in the order of the graph. */
export class SourceMap {
  private readonly known = new Map<string, Sources>();

  /** `outputs`: what places of attention give, by value name. */
  constructor(
    private readonly subject: Subject,
    private readonly outputs: ReadonlyMap<string, number>,
  ) {
    for (const name of subject.view.inputs.keys())
      this.known.set(name, SIDE.test(name) ? NONE : { inputs: new Set([name]), sites: new Set() });
    if (subject.model.graph) for (const ref of subject.view.nodes) this.note(ref);
  }

  of(name: string): Sources {
    return this.known.get(name) ?? NONE;
  }

  private note(ref: NodeRef): void {
    const inner = graphsOf(ref.node).flatMap((graph) => graph.output.map((v) => v.name));
    let all = [...ref.node.input, ...inner].reduce<Sources>((sum, name) => union(sum, this.of(name)), NONE);
    for (const name of ref.node.output) {
      const site = this.outputs.get(name);
      if (site !== undefined) all = union(all, { inputs: new Set(), sites: new Set([site]) });
      this.known.set(name, this.subject.fact(name)?.data === false ? NONE : all);
    }
  }
}
