/**
 * Lays out what is open of a graph: every open group by itself, from the inside out, in layers from top to bottom (dagre: network simplex ranks,
 * crossings reduced by barycentres). The same graph gives the same picture, and boxes never overlap.
 */
import { Graph, layout } from '@dagrejs/dagre';
import { type Level, type LevelItem, levelOf } from '../../../model/explore/graph/level.ts';
import { type GraphData, STORED } from '../../../model/explore/graph/types.ts';
import type { Box, Line, Scene } from './scene.ts';

/** Width of a letter and of the room beside a label. */
const LETTER = 6.9;
const SIDE = 22;
const MOST = 230;
const LEAST = 64;
const HEIGHT = { one: 26, two: 40 };
/** Room around what an open group holds; its title stands above. */
const EDGE = 14;
const TITLE = 28;

/** @param open numbers of the open groups; the graph itself (0) always is */
export function sceneOf(data: GraphData, open: ReadonlySet<number>): Scene {
  return within(data, 0, open, 0);
}

function within(data: GraphData, group: number, open: ReadonlySet<number>, depth: number): Scene {
  const level = levelOf(data, group);
  const inner = level.items.map((item) =>
    item.kind === 'group' && open.has(item.group) ? within(data, item.group, open, depth + 1) : null,
  );
  const faces = level.items.map((item, i) => faceOf(data, item, group, depth, inner[i] ?? null));
  return assembled(level, faces, inner);
}

type Face = Omit<Box, 'x' | 'y'>;

function faceOf(data: GraphData, item: LevelItem, around: number, depth: number, inner: Scene | null): Face {
  switch (item.kind) {
    case 'node': {
      const { op } = data.nodes[item.node]!;
      return labelled('node', item.node, op.replace(/^.*::/, ''), weightOf(data, item.node), depth);
    }
    case 'group': {
      const { name, nodes, repeats } = data.groups[item.group]!;
      const detail = `${repeats > 1 ? `×${repeats} · ` : ''}${nodes.toLocaleString('en')} nodes`;
      if (!inner) return labelled('group', item.group, name, detail, depth);
      const width = Math.max(inner.width + 2 * EDGE, Math.min(MOST, name.length * LETTER + 2 * SIDE));
      return { kind: 'open', id: item.group, title: name, detail, depth, width, height: inner.height + EDGE + TITLE };
    }
    case 'in':
    case 'out': {
      const { name, dtype, shape } = data.values[item.value]!;
      return labelled(
        item.kind,
        item.value,
        name,
        [dtype, shape ? `[${shape.map((n) => n ?? '?').join(', ')}]` : ''].filter(Boolean).join(' '),
        depth,
      );
    }
    default:
      return labelled(
        'more',
        around,
        `${item.values.length} more`,
        item.kind === 'more in' ? 'values from outside' : 'values used outside',
        depth,
      );
  }
}

/** The shape of the first weight of a node: what tells two matrix products apart. */
function weightOf(data: GraphData, node: number): string {
  for (const value of data.nodes[node]!.inputs) {
    const stored = value >= 0 ? data.values[value]! : null;
    if (stored?.producer === STORED && stored.shape && stored.shape.length > 0 && !/^int64$/.test(stored.dtype))
      return stored.shape.join(' × ');
  }
  return '';
}

function labelled(kind: Box['kind'], id: number, title: string, detail: string, depth: number): Face {
  const letters = Math.max(title.length, detail.length * 0.92);
  return {
    ...{ kind, id, title, detail, depth },
    width: Math.round(Math.min(MOST, Math.max(LEAST, letters * LETTER + SIDE))),
    height: detail === '' ? HEIGHT.one : HEIGHT.two,
  };
}

function assembled({ edges }: Level, faces: readonly Face[], inner: readonly (Scene | null)[]): Scene {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 18, edgesep: 10, ranksep: 30, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [i, { width, height }] of faces.entries()) graph.setNode(String(i), { width, height });
  for (const { from, to } of edges) graph.setEdge(String(from), String(to), {});
  layout(graph);
  const boxes: Box[] = [];
  const lines: Line[] = [];
  const places: number[] = [];
  faces.forEach((face, i) => {
    const { x = 0, y = 0 } = graph.node(String(i)) as { x?: number; y?: number };
    const box = { ...face, x: x - face.width / 2, y: y - face.height / 2 };
    places.push(boxes.length);
    boxes.push(box);
    const scene = inner[i];
    if (scene) add(scene, box.x + (face.width - scene.width) / 2, box.y + TITLE, boxes, lines);
  });
  for (const { from, to, values } of edges) {
    const { points = [] } = graph.edge(String(from), String(to)) as { points?: { x: number; y: number }[] };
    lines.push({ points: points.flatMap(({ x, y }) => [x, y]), values, from: places[from]!, to: places[to]! });
  }
  return bounded(boxes, lines);
}

/** Puts the scene of an open group where its box stands. */
function add(scene: Scene, dx: number, dy: number, boxes: Box[], lines: Line[]): void {
  const base = boxes.length;
  for (const box of scene.boxes) boxes.push({ ...box, x: box.x + dx, y: box.y + dy });
  for (const { points, values, from, to } of scene.lines) {
    lines.push({ values, from: from + base, to: to + base, points: points.map((n, i) => n + (i % 2 === 0 ? dx : dy)) });
  }
}

/** Moves everything so that the picture begins at 0, 0: lines may leave the boxes' room. */
function bounded(boxes: readonly Box[], lines: readonly Line[]): Scene {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  const take = (x: number, y: number) => {
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  };
  for (const { x, y, width, height } of boxes) {
    take(x, y);
    take(x + width, y + height);
  }
  for (const { points } of lines) for (let i = 0; i < points.length; i += 2) take(points[i]!, points[i + 1]!);
  if (boxes.length === 0) return { width: 0, height: 0, boxes, lines };
  return {
    width: right - left,
    height: bottom - top,
    boxes: boxes.map((box) => ({ ...box, x: box.x - left, y: box.y - top })),
    lines: lines.map((line) => ({ ...line, points: line.points.map((n, i) => n - (i % 2 === 0 ? left : top)) })),
  };
}
