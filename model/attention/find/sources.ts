/** Which inputs and which other places of attention a value depends on: what tells self-attention from cross-attention, and towers apart. */
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

export class SourceMap {
  private readonly known = new Map<string, Sources>();

  /** `outputs`: the value products of all places, by name. */
  constructor(
    private readonly subject: Subject,
    private readonly outputs: ReadonlyMap<string, number>,
  ) {}

  of(name: string): Sources {
    const known = this.known.get(name);
    if (known) return known;
    const found = this.collect(name);
    this.known.set(name, found);
    return found;
  }

  private collect(name: string): Sources {
    const { view } = this.subject;
    if (view.inputs.has(name)) return { inputs: SIDE.test(name) ? new Set() : new Set([name]), sites: new Set() };
    const fact = this.subject.fact(name);
    const ref = view.producerOf(name);
    if (!ref || (fact && !fact.data)) return NONE;
    const parts = [...ref.node.input, ...this.captured(ref.node.output)].filter((i) => i !== '').map((i) => this.of(i));
    const inputs = new Set(parts.flatMap((p) => [...p.inputs]));
    const sites = new Set(parts.flatMap((p) => [...p.sites]));
    const own = this.outputs.get(name);
    if (own !== undefined) sites.add(own);
    return { inputs, sites };
  }

  /** What the subgraphs of a node read from outside. */
  private captured(outputs: readonly string[]): string[] {
    const owner = this.subject.view.producerOf(outputs.find(Boolean) ?? '');
    if (!owner?.node.attribute.some((a) => a.g)) return [];
    const inside = this.subject.view.nodes.filter((r) => r.owner === owner);
    const made = new Set(inside.flatMap((r) => r.node.output));
    return inside
      .flatMap((r) => r.node.input)
      .filter((i) => i !== '' && !made.has(i) && !owner.node.attribute.some((a) => a.g?.input.some((v) => v.name === i)));
  }
}

/** Whether everything in `a` is also in `b`. */
export function within(a: Sources, b: Sources): boolean {
  return [...a.inputs].every((i) => b.inputs.has(i)) && [...a.sites].every((s) => b.sites.has(s));
}

export function isEmpty(a: Sources): boolean {
  return a.inputs.size === 0 && a.sites.size === 0;
}
