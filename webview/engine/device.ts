/** Which device a model runs on, and why it is not the first choice. */
import type { Device } from '../../model/protocol/engine.ts';

export interface DeviceChoice {
  readonly device: Device;
  /** Why the device is not the wanted or usual one, or null. */
  readonly fallback: string | null;
  /** It computes with 16-bit floats at their own speed. */
  readonly half: boolean;
}

const WASM: DeviceChoice = { device: 'wasm', fallback: null, half: false };

/**
 * Unasked (`auto`), WebGPU is taken where there is a real adapter; a software adapter is slower than wasm and only taken when asked for.
 * @param gpu `navigator.gpu`, or null where there is none
 */
export async function chooseDevice(gpu: GPU | null, wanted: Device | 'auto'): Promise<DeviceChoice> {
  if (wanted === 'wasm') return WASM;
  const no = (reason: string): DeviceChoice => ({ ...WASM, fallback: reason });
  if (!gpu) return no('this window has no WebGPU');
  const adapter = await requestAdapter(gpu);
  if (!adapter) return no('no WebGPU adapter was found');
  if (wanted === 'auto' && isSoftware(adapter)) return no('the only WebGPU adapter is a software one');
  return { device: 'webgpu', fallback: null, half: adapter.features.has('shader-f16') };
}

/** The device for a model that computes with 16-bit floats, which the CPU always can. */
export function withHalf(choice: DeviceChoice): DeviceChoice {
  if (choice.device === 'wasm' || choice.half) return choice;
  return { ...WASM, fallback: 'the WebGPU adapter cannot compute with 16-bit floats' };
}

async function requestAdapter(gpu: GPU): Promise<GPUAdapter | null> {
  try {
    return await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    console.warn('WebGPU adapter request failed', error);
    return null;
  }
}

function isSoftware(adapter: GPUAdapter): boolean {
  return (
    adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${adapter.info.architecture} ${adapter.info.description}`)
  );
}
