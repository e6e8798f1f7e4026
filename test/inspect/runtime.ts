/** onnxruntime-web in Node: its CPU build, or its WebGPU provider on Dawn (RUNTIME B.5b). */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HeadlightError } from '../../model/errors.ts';
import type { Device } from '../../model/protocol/engine.ts';
import { type Ort, Runtime } from '../../webview/engine/runtime.ts';

const require = createRequire(import.meta.url);

/** Where Chromium keeps its software adapter and a Vulkan loader. */
export const CHROMIUM_FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/**
 * Environment and flags that a process needs before it starts for a device. Without a GPU's own Vulkan driver, Dawn is pointed at Chromium's
 * software adapter. V8's optimising compiler is left out: it takes half a minute for the 27 MB build, and the work is done by shaders.
 */
export function processFor(device: Device): { env: Record<string, string>; execArgv: string[] } {
  if (device === 'wasm') return { env: {}, execArgv: [] };
  const execArgv = ['--liftoff-only'];
  const chromium = CHROMIUM_FOLDERS.find((folder) => existsSync(`${folder}/vk_swiftshader_icd.json`));
  if (process.env.VK_ICD_FILENAMES || hasVulkanDriver() || !chromium) return { env: {}, execArgv };
  const libraries = [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(':');
  return { env: { VK_ICD_FILENAMES: `${chromium}/vk_swiftshader_icd.json`, LD_LIBRARY_PATH: libraries }, execArgv };
}

function hasVulkanDriver(): boolean {
  return process.platform !== 'linux' || existsSync('/dev/nvidiactl') || existsSync('/dev/dri/renderD128');
}

export async function startRuntime(device: Device): Promise<Runtime> {
  const gpu = device === 'webgpu' ? await startGpu() : null;
  const name = gpu ? 'onnxruntime-web/webgpu' : 'onnxruntime-web/wasm';
  const file = gpu ? 'ort-wasm-simd-threaded.asyncify.wasm' : 'ort-wasm-simd-threaded.wasm';
  const ort = (await import(name)) as Ort;
  const wasm = readFileSync(require.resolve(`onnxruntime-web/${file}`));
  return new Runtime({ ort, wasm, build: gpu ? 'asyncify' : 'wasm', gpu });
}

async function startGpu(): Promise<GPU> {
  let dawn: { create(flags: string[]): GPU; globals: object };
  try {
    dawn = (await import('webgpu')) as typeof dawn;
  } catch (cause) {
    throw new HeadlightError('runtime', 'WebGPU in Node needs the npm package webgpu: run npm install.', { cause });
  }
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  if (!(await gpu.requestAdapter())) {
    const where = CHROMIUM_FOLDERS.map((folder) => `${folder}/vk_swiftshader_icd.json`).join(', ');
    throw new HeadlightError(
      'runtime',
      `No WebGPU adapter: no GPU driver was found and no software adapter (${where}). Install Chromium, or use --device wasm.`,
    );
  }
  acceptSharedMemory();
  return gpu;
}

/** The runtime's heap is shared memory, which browsers take in `writeBuffer` and Dawn for Node does not. */
function acceptSharedMemory(): void {
  const { prototype } = GPUQueue;
  const { writeBuffer } = prototype;
  prototype.writeBuffer = function (this: GPUQueue, ...[buffer, offset, data, ...rest]: Parameters<typeof writeBuffer>) {
    const shared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
    const bytes = shared ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : data;
    return writeBuffer.call(this, buffer, offset, bytes as GPUAllowSharedBufferSource, ...rest);
  };
}
