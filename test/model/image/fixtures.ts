/** The fixtures of test/data/images (made by the scripts in its make/). */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { Picture } from '../../../model/image/index.ts';

interface Packed {
  readonly shape: readonly number[];
  readonly base64: string;
}

export interface Golden {
  readonly name: string;
  readonly settings: Record<string, unknown>;
  readonly config: Record<string, unknown>;
  readonly picture: Picture;
  readonly pil: Float32Array | null;
  readonly torchvision: Float32Array | null;
  readonly shape: readonly number[];
  /** Length of the model's sequence; of Swin, of a window. */
  readonly positions: number;
}

export function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function floats({ base64 }: Packed): Float32Array {
  return new Float32Array(bytes(base64).buffer);
}

/** RGB [height, width, 3] as an opaque picture. */
export function opaque(rgb: Uint8Array, height: number, width: number): Picture {
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let p = 0; p < width * height; p++) data.set(rgb.subarray(3 * p, 3 * p + 3), 4 * p);
  return { width, height, data };
}

export function unpack<T>(name: string): T {
  const file = readFileSync(new URL(`../../data/images/${name}.json.br`, import.meta.url));
  return JSON.parse(brotliDecompressSync(file).toString('utf8')) as T;
}

type Row = Omit<Golden, 'picture' | 'pil' | 'torchvision' | 'shape'> & { rgb: Packed; pil: Packed | null; torchvision: Packed | null };

export function goldens(): Golden[] {
  return unpack<Row[]>('goldens').map(({ rgb, pil, torchvision, ...rest }) => ({
    ...rest,
    picture: opaque(bytes(rgb.base64), rgb.shape[0]!, rgb.shape[1]!),
    pil: pil === null ? null : floats(pil),
    torchvision: torchvision === null ? null : floats(torchvision),
    shape: (pil ?? torchvision)!.shape,
  }));
}
