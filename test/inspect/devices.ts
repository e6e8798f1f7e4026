/**
 * WebGPU against the CPU over the corpus: both through inspect, every site's weights compared, fallbacks said. Shaders compile slowly on a software
 * adapter (about 15 s a graph), so this is a script and no test:
 *
 *     node test/tools/packs.mjs && node --import tsx test/inspect/devices.ts [part of a case's name …]
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { largestError } from '../model/compare.ts';
import { fixture } from '../model/goldens.ts';
import { inspect, Results } from './spawned.ts';

const wanted = process.argv.slice(2);
const cases = ['onnx', 'patterns'].flatMap((topic) =>
  readdirSync(fixture(topic), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('model.onnx') && existsSync(fixture(topic, dirname(file), 'golden.safetensors')))
    .map((file) => ({ name: join(topic, dirname(file)), folder: fixture(topic, dirname(file)) })),
);
const results = new Results();
const chosen = cases.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
for (const device of ['wasm', 'webgpu']) {
  const jobs = chosen.map(({ name, folder }) => ({
    path: join(folder, 'model.onnx'),
    inputs: join(folder, 'golden.safetensors'),
    device,
    out: join(device, name),
  }));
  await inspect('--batch', results.batch(jobs));
}
let apart = 0;
for (const { name } of chosen) {
  const [cpu, gpu] = [results.report(join('wasm', name)), results.report(join('webgpu', name))];
  const error = cpu.error || gpu.error ? null : errorOf(name);
  const same = error === null ? cpu.error?.code === gpu.error?.code : error <= 1e-3;
  if (!same) apart++;
  const words = error === null ? (gpu.error?.message ?? cpu.error?.message ?? '') : `${error.toExponential(1)} of scale`;
  console.log(`${same ? 'same ' : 'APART'} ${name.padEnd(44)} ${gpu.device ?? '–'} ${words}`);
}
results.remove();
console.log(`${chosen.length} graphs, ${apart} apart`);
process.exitCode = apart > 0 ? 1 : 0;

/** Largest difference of a case's weights; they are at most 1, which is their scale. */
function errorOf(name: string): number {
  if (results.report(join('wasm', name)).sites.length === 0) return 0;
  const [cpu, gpu] = ['wasm', 'webgpu'].map((device) => results.tensors(join(device, name)));
  const keys = cpu!.names.filter((key) => key.startsWith('attention/'));
  return Math.max(0, ...keys.map((key) => largestError(cpu!.get(key).data, gpu!.get(key).data)));
}
