/** The graph's layout: the same every time, and no box over another, however much is open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { Subject } from '../../../model/explore/subject.ts';
import { sceneOf } from '../../../webview/page/graph/layout.ts';
import type { Box, Scene } from '../../../webview/page/graph/scene.ts';
import { diskFolder } from '../../model/safetensors/folder.ts';

async function dataOf(name: string, path: string): Promise<GraphData> {
  const folder = diskFolder(new URL(`../../../media/models/${name}/`, import.meta.url).pathname);
  return (await Subject.open(folder, path, () => performance.now())).graph();
}

const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (a: Box, b: Box) =>
  a.kind === 'open' && b.depth > a.depth && b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height;

function check({ boxes, lines, width, height }: Scene): void {
  boxes.forEach((a, i) => {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width + 1e-6 && a.y + a.height <= height + 1e-6, `${a.title} leaves the picture`);
    for (const b of boxes.slice(i + 1)) assert.ok(!overlap(a, b) || holds(a, b) || holds(b, a), `${a.title} lies over ${b.title}`);
  });
  for (const { points, from, to } of lines) {
    assert.ok(points.length >= 4 && points.every(Number.isFinite));
    assert.ok(boxes[from] && boxes[to] && from !== to);
  }
}

const everything = (data: GraphData) => new Set(data.groups.map((_, group) => group));

for (const [name, path] of [
  ['headlight-gpt', 'onnx/model.onnx'],
  ['headlight-vit', 'onnx/model.onnx'],
  ['headlight-bert', 'model.safetensors'],
] as const) {
  test(`${name}/${path}: closed, and all of it open`, async () => {
    const data = await dataOf(name, path);
    check(sceneOf(data, new Set()));
    const open = sceneOf(data, everything(data));
    check(open);
    assert.deepEqual(sceneOf(data, everything(data)), open);
    const drawn = new Set(open.boxes.filter(({ kind }) => kind === 'node').map(({ id }) => id));
    const constants = data.nodes.filter(({ op }) => op === 'Constant').length;
    assert.equal(drawn.size, data.nodes.length - constants);
  });
}
