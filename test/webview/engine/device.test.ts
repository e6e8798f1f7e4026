import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseDevice, withHalf } from '../../../webview/engine/device.ts';

interface Adapter {
  readonly architecture?: string;
  readonly fallback?: boolean;
  readonly half?: boolean;
}

/** A `navigator.gpu` with this adapter. */
function gpu(adapter: Adapter | null): GPU {
  const { architecture = 'gen-12', fallback = false, half = false } = adapter ?? {};
  const info = { architecture, description: '', isFallbackAdapter: fallback };
  const features = new Set(half ? ['shader-f16'] : []);
  return { requestAdapter: async () => (adapter ? { info, features } : null) } as unknown as GPU;
}

describe('chooseDevice', () => {
  it('takes a real adapter unasked', async () => {
    assert.deepEqual(await chooseDevice(gpu({ half: true }), 'auto'), { device: 'webgpu', fallback: null, half: true });
  });

  it('takes a software adapter only when asked for it', async () => {
    for (const adapter of [{ architecture: 'swiftshader' }, { fallback: true }]) {
      const unasked = await chooseDevice(gpu(adapter), 'auto');
      assert.equal(unasked.device, 'wasm');
      assert.match(unasked.fallback ?? '', /software/);
      assert.equal((await chooseDevice(gpu(adapter), 'webgpu')).device, 'webgpu');
    }
  });

  it('says why there is no GPU', async () => {
    assert.match((await chooseDevice(null, 'webgpu')).fallback ?? '', /no WebGPU/);
    assert.match((await chooseDevice(gpu(null), 'auto')).fallback ?? '', /no WebGPU adapter/);
  });

  it('says nothing where the CPU was asked for', async () => {
    assert.deepEqual(await chooseDevice(gpu({}), 'wasm'), { device: 'wasm', fallback: null, half: false });
  });

  it('survives an adapter request that fails', async () => {
    const broken = { requestAdapter: () => Promise.reject(new Error('no')) } as unknown as GPU;
    assert.equal((await chooseDevice(broken, 'auto')).device, 'wasm');
  });
});

describe('withHalf', () => {
  it('leaves 16-bit models to the CPU where the adapter cannot compute with them', async () => {
    const without = withHalf(await chooseDevice(gpu({}), 'auto'));
    assert.equal(without.device, 'wasm');
    assert.match(without.fallback ?? '', /16-bit/);
    assert.equal(withHalf(await chooseDevice(gpu({ half: true }), 'auto')).device, 'webgpu');
  });
});
