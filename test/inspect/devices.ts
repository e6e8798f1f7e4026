/**
 * WebGPU against the CPU over the corpus: both through inspect, every site's weights and every output compared, fallbacks said. Shaders compile slowly on a software
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
const counts = new Map<string, number>();
for (const { name } of chosen) {
  const { outcome, words } = compare(name);
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (outcome === 'APART') apart++;
  console.log(`${outcome.padEnd(8)} ${name.padEnd(44)} ${words}`);
}
results.remove();
console.log([...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', '));
process.exitCode = apart > 0 ? 1 : 0;

interface Compared {
  /** Equal within 1e-3 of scale; run by the CPU instead; without weights to compare; or apart. */
  readonly outcome: 'equal' | 'fallback' | 'refused' | 'none' | 'APART';
  readonly words: string;
}

function compare(name: string): Compared {
  const [cpu, gpu] = [results.report(join('wasm', name)), results.report(join('webgpu', name))];
  if (cpu.error || gpu.error) {
    const same = cpu.error?.code === gpu.error?.code;
    return { outcome: same ? 'refused' : 'APART', words: gpu.error?.message ?? cpu.error?.message ?? '' };
  }
  const error = errorOf(name);
  const fallback = gpu.warnings.find((words) => words.startsWith('The CPU was used'));
  if (error > 1e-3) return { outcome: 'APART', words: `${error.toExponential(1)} of scale` };
  if (fallback) return { outcome: 'fallback', words: fallback };
  if (cpu.sites.length === 0) return { outcome: cpu.refused.length > 0 ? 'refused' : 'none', words: cpu.refused[0]?.reason ?? '' };
  return { outcome: 'equal', words: `${error.toExponential(1)} of scale` };
}

/** Largest difference of a case's weights, which are at most 1, and of its outputs against their largest value. */
function errorOf(name: string): number {
  if (results.report(join('wasm', name)).sites.length === 0) return 0;
  const [cpu, gpu] = ['wasm', 'webgpu'].map((device) => results.tensors(join(device, name)));
  const errors = cpu!.names.map((key) => {
    const [wanted, actual] = [cpu!.get(key).data, gpu!.get(key).data];
    if (!(wanted instanceof Float32Array && actual instanceof Float32Array)) return 0;
    const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    return largestError(actual, wanted) / scale;
  });
  return Math.max(0, ...errors);
}
