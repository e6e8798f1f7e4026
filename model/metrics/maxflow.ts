/**
 * Maximum flow through layers of T nodes, every node of a layer joined to every node of the layer below. Dinitz's algorithm: shortest
 * ways are filled until none is left. Node n of layer l is number l·T + n; layer L is on top, layer 0 at the bottom.
 */

/** Capacities below this are taken for 0: rounding of doubles, sums of numbers at most 1. */
const NOTHING = 1e-12;

export class LayeredFlow {
  private readonly L: number;
  /** What may still run down edge (l + 1, i) → (l, j), and back up: [T, T] each. */
  private readonly down: Float64Array[];
  private readonly up: Float64Array[];
  private readonly distance: Int32Array;
  /** Next neighbour of each node to try. */
  private readonly next: Int32Array;

  /** @param capacities of the layers from the bottom up: [T, T] each, row = node above, column = node below */
  constructor(
    private readonly capacities: readonly Float64Array[],
    private readonly T: number,
  ) {
    this.L = capacities.length;
    this.down = capacities.map((layer) => layer.slice());
    this.up = capacities.map((layer) => new Float64Array(layer.length));
    this.distance = new Int32Array((this.L + 1) * T);
    this.next = new Int32Array((this.L + 1) * T);
  }

  /** The maximum flow from node `top` of the top layer to node `bottom` of the bottom layer. */
  maximum(top: number, bottom: number): number {
    this.capacities.forEach((layer, l) => {
      this.down[l]!.set(layer);
      this.up[l]!.fill(0);
    });
    const source = this.L * this.T + top;
    let flow = 0;
    while (this.measure(source, bottom)) {
      this.next.fill(0);
      for (let pushed = 1; pushed > 0; flow += pushed) pushed = this.push(source, bottom, Number.POSITIVE_INFINITY);
    }
    return flow;
  }

  /** What edge `k` of a node still takes: neighbours 0 … T−1 are below, T … 2T−1 above. */
  private room(node: number, k: number): number {
    const [layer, n] = [Math.floor(node / this.T), node % this.T];
    if (k < this.T) return layer > 0 ? this.down[layer - 1]![n * this.T + k]! : 0;
    return layer < this.L ? this.up[layer]![(k - this.T) * this.T + n]! : 0;
  }

  private neighbour(node: number, k: number): number {
    const layer = Math.floor(node / this.T);
    return k < this.T ? (layer - 1) * this.T + k : (layer + 1) * this.T + k - this.T;
  }

  private run(node: number, k: number, amount: number): void {
    const [layer, n] = [Math.floor(node / this.T), node % this.T];
    const [edges, at] = k < this.T ? [layer - 1, n * this.T + k] : [layer, (k - this.T) * this.T + n];
    const sign = k < this.T ? 1 : -1;
    this.down[edges]![at]! -= sign * amount;
    this.up[edges]![at]! += sign * amount;
  }

  /** Distances from the source over edges with room; false when the sink cannot be reached. */
  private measure(source: number, sink: number): boolean {
    this.distance.fill(-1);
    this.distance[source] = 0;
    const queue = [source];
    for (let at = 0; at < queue.length && this.distance[sink]! < 0; at++) {
      const node = queue[at]!;
      for (let k = 0; k < 2 * this.T; k++) {
        if (this.room(node, k) <= NOTHING) continue;
        const other = this.neighbour(node, k);
        if (this.distance[other]! >= 0) continue;
        this.distance[other] = this.distance[node]! + 1;
        queue.push(other);
      }
    }
    return this.distance[sink]! >= 0;
  }

  /** Sends at most `limit` along one shortest way; what was sent. */
  private push(node: number, sink: number, limit: number): number {
    if (node === sink) return limit;
    for (; this.next[node]! < 2 * this.T; this.next[node]!++) {
      const k = this.next[node]!;
      const room = this.room(node, k);
      if (room <= NOTHING) continue;
      const other = this.neighbour(node, k);
      if (this.distance[other] !== this.distance[node]! + 1) continue;
      const sent = this.push(other, sink, Math.min(limit, room));
      if (sent > 0) {
        this.run(node, k, sent);
        return sent;
      }
    }
    return 0;
  }
}
