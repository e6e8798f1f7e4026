/** Runs graphs in Node with onnxruntime-web's wasm build: one thread, as in a webview. */
import * as ort from 'onnxruntime-web/wasm';
import type { onnx } from '../../../model/onnx/proto.js';
import { writeModel } from '../../../model/onnx/wire.ts';
import { type DType, type Tensor, tensor } from '../../../model/tensor.ts';
import { fromHalf } from '../goldens.ts';

ort.env.wasm.wasmPaths = new URL('../../../node_modules/onnxruntime-web/dist/', import.meta.url).href;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** A float32 number as the 16 bits of binary16, rounded to nearest even. */
function toHalf(value: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 255) - 112;
  const fraction = bits & 0x7fffff;
  if (((bits >>> 23) & 255) === 255) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent <= 0) return sign | Math.round(Math.abs(value) * 2 ** 24);
  const rounded = fraction + 0xfff + ((fraction >> 13) & 1);
  return sign | ((exponent << 10) + (rounded >> 13));
}

function toOrt(t: Tensor): ort.Tensor {
  const data = t.dtype === 'float16' ? Uint16Array.from(t.data as Float32Array, toHalf) : t.data;
  return new ort.Tensor(t.dtype as ort.Tensor.Type, data as unknown as ort.Tensor.DataType & Float32Array, [...t.shape]);
}

function fromOrt(t: ort.Tensor): Tensor {
  if (t.type === 'float16')
    return tensor(
      'float16',
      t.dims,
      Float32Array.from(t.data as unknown as Uint16Array, (v) => v),
    );
  return tensor(t.type as DType, t.dims, t.data as Float32Array);
}

export interface External {
  readonly path: string;
  readonly data: Uint8Array;
}

export class Session {
  private constructor(private readonly session: ort.InferenceSession) {}

  static async create(model: onnx.ModelProto, external: readonly External[] = []): Promise<Session> {
    const options = {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(external.length > 0 ? { externalData: [...external] } : {}),
    } as const;
    return new Session(await ort.InferenceSession.create(writeModel(model), options));
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /** Outputs by name; those of `names`, or all. */
  async run(feeds: ReadonlyMap<string, Tensor>, names: readonly string[] = this.session.outputNames): Promise<Map<string, Tensor>> {
    const given = this.session.inputNames.map((name) => {
      const found = feeds.get(name);
      if (!found) throw new Error(`no feed for ${name}`);
      return [name, toOrt(found)] as const;
    });
    const results = await this.session.run(Object.fromEntries(given), [...names]);
    return new Map(Object.entries(results).map(([name, value]) => [name, fromOrt(value as ort.Tensor)]));
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

export { fromHalf };
