/**
 * Which values of a graph depend on what the tokens say. What does not is made of lengths, positions and masks alone: that is where positional
 * encodings are found, whatever an exporter calls them.
 */
import type { Subject } from '../../attention/find/graph.ts';
import { graphsOf } from '../../attention/graph/attributes.ts';
import { TYPE } from '../../attention/graph/constants.ts';

/** Inputs that say where or whether, not what. */
const SIDE = /mask|position|past|cache|mems|present|seqlens|sequence_length/i;

export class Content {
  private readonly depends = new Map<string, ReadonlySet<string>>();

  constructor(private readonly subject: Subject) {
    for (const name of subject.view.inputs.keys()) if (!SIDE.test(name)) this.depends.set(name, new Set([name]));
    for (const { node } of subject.view.nodes) this.note(node);
  }

  /** Whether a value depends on a token, a pixel, a state. */
  has(name: string): boolean {
    return this.depends.has(name);
  }

  /** The inputs whose content a value depends on. */
  inputs(name: string): ReadonlySet<string> {
    return this.depends.get(name) ?? new Set();
  }

  /** A yes or no made of ids (is this padding?) is a mask, and a length is no content. */
  private note(node: Subject['view']['nodes'][number]['node']): void {
    if (/^(Shape|Size|SequenceLength)$/.test(node.opType)) return;
    const inner = graphsOf(node).flatMap((graph) => graph.output.map(({ name }) => name));
    const sources = [...node.input, ...inner].filter((name) => this.depends.has(name));
    if (sources.length === 0) return;
    const first = this.depends.get(sources[0]!)!;
    const all = sources.every((name) => this.depends.get(name) === first)
      ? first
      : new Set(sources.flatMap((name) => [...this.depends.get(name)!]));
    for (const output of node.output) if (output && this.subject.fact(output)?.type !== TYPE.bool) this.depends.set(output, all);
  }
}
