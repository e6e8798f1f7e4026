/** A beam search that can be watched: the tree after every step, and the texts that it found. */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError } from '../../model/errors.ts';
import { type BeamNode, type BeamTree, growTree, idsTo, plantTree } from '../../model/generation/beam.ts';
import { type Shares, sharesOf } from '../../model/predictions/shares.ts';
import type { WireError } from '../../model/protocol/engine.ts';
import type { Generation, Step } from './generation.ts';

const TOP = 8;

export class Beams {
  readonly tree: Signal<BeamTree | null> = signal(null);
  readonly running: Signal<boolean> = signal(false);
  readonly error: Signal<WireError | null> = signal(null);
  readonly #shares = new Map<number, Shares>();
  /** Logits after the open beams, until the tree has grown. */
  readonly #rows = new Map<number, Float32Array>();
  #turn = 0;

  constructor(private readonly generation: Generation) {}

  /** Searches from where the generation begins. Settles when it is over or was stopped. */
  async search(width: number, longest: number): Promise<void> {
    const turn = ++this.#turn;
    this.running.value = true;
    this.#shares.clear();
    let tree = plantTree(width);
    try {
      while (tree.open.length > 0) {
        const rows = await this.#ask(tree, turn);
        if (!rows) return;
        const before = tree.nodes.length;
        tree = growTree(tree, rows, new Set(this.generation.facts.ends), longest);
        this.#note(tree, before);
        this.tree.value = tree;
      }
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'internal', 'The search could not go on');
      if (turn === this.#turn) this.error.value = { code, message };
    } finally {
      if (turn === this.#turn) this.running.value = false;
    }
  }

  /** Logits after every open beam; null when they are no longer wanted. */
  async #ask(tree: BeamTree, turn: number): Promise<Float32Array[] | null> {
    const rows: Float32Array[] = [];
    for (const index of tree.open) {
      const ids = idsTo(tree, index);
      const row = await this.generation.logitsAfter(ids);
      if (turn !== this.#turn) return null;
      this.error.value = null;
      rows.push(this.generation.rules(row, ids));
      this.#rows.set(index, rows.at(-1)!);
    }
    return rows;
  }

  /** What else could have been said at each new node. */
  #note({ nodes }: BeamTree, from: number): void {
    for (const { index, parent, id } of nodes.slice(from)) this.#shares.set(index, sharesOf(this.#rows.get(parent)!, TOP, [id]));
    this.#rows.clear();
  }

  stop(): void {
    this.#turn++;
    this.running.value = false;
  }

  /** The steps of a text, to be taken by the generation. */
  stepsTo(tree: BeamTree, index: number): Step[] {
    const steps: Step[] = [];
    for (let at: BeamNode | undefined = tree.nodes[index]; at; at = tree.nodes[at.parent]) {
      steps.unshift({ id: at.id, shares: this.#shares.get(at.index)!, forced: false });
    }
    return steps;
  }
}
