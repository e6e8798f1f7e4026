/** A picture's file to RGBA bytes, upright, by the browser's own decoders. */
import { HeadlightError } from '../../model/errors.ts';
import type { Picture } from '../../model/image/index.ts';

/** Pictures of more pixels are refused. */
const MOST_PIXELS = 100_000_000;
/** Pictures of more pixels are decoded at a smaller size: a model's input has a fraction of these. */
const EXACT_PIXELS = 16_000_000;

export interface Decoded {
  readonly picture: Picture;
  /** The same pixels, to be drawn. */
  readonly bitmap: ImageBitmap;
  /** Said in the panel when the picture was made smaller before the model's own resizing; else null. */
  readonly notice: string | null;
}

/**
 * Fetches and decodes a picture (of an animation the first frame). The orientation that a photograph states is applied once, here;
 * colours are the file's own, without a colour profile, and 16-bit channels become 8-bit ones.
 * @throws HeadlightError `read`, `format` for what the browser cannot decode, `limit` above a hundred megapixels
 */
export async function decodePicture(uri: string, name: string): Promise<Decoded> {
  const file = await fetchFile(uri, name);
  const size = await sizeOf(file, name);
  const pixels = size.width * size.height;
  if (pixels > MOST_PIXELS) {
    throw new HeadlightError('limit', `${name} has ${Math.round(pixels / 1e6)} megapixels; 100 can be shown. Make it smaller.`);
  }
  const scale = pixels > EXACT_PIXELS ? Math.sqrt(EXACT_PIXELS / pixels) : 1;
  const target = { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) };
  const bitmap = await toBitmap(file, name, scale < 1 ? target : null);
  const notice =
    scale < 1 ? `${name} (${size.width} × ${size.height}) was decoded at ${target.width} × ${target.height} before it was prepared.` : null;
  return { picture: readPixels(bitmap), bitmap, notice };
}

async function fetchFile(uri: string, name: string): Promise<Blob> {
  const response = await fetch(uri).catch((cause) => {
    throw new HeadlightError('read', `${name} cannot be read.`, { cause });
  });
  if (!response.ok) throw new HeadlightError('not-found', `${name} cannot be read (${response.status}).`);
  return response.blob();
}

const broken = (name: string, cause: unknown) =>
  new HeadlightError('format', `${name} cannot be decoded as a picture. Open it in an image editor and save it again.`, { cause });

/** Width and height of the upright picture, without decoding its pixels. */
async function sizeOf(file: Blob, name: string): Promise<{ width: number; height: number }> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise<void>((resolve, reject) => {
      image.onload = () => resolve();
      image.onerror = () => reject(broken(name, null));
      image.src = url;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function toBitmap(file: Blob, name: string, target: { width: number; height: number } | null): Promise<ImageBitmap> {
  const scaled: ImageBitmapOptions = target ? { resizeWidth: target.width, resizeHeight: target.height, resizeQuality: 'high' } : {};
  try {
    return await createImageBitmap(file, {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
      ...scaled,
    });
  } catch (cause) {
    throw broken(name, cause);
  }
}

/** RGBA bytes of a bitmap. */
function readPixels(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return seesThrough(data) ? { width, height, data: unmultiplied(bitmap) ?? data } : { width, height, data };
}

function seesThrough(data: Uint8ClampedArray): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

/** A 2-D canvas multiplies colours by alpha and forgets those of clear pixels; WebGL reads them as the file has them. Null without WebGL. */
function unmultiplied(bitmap: ImageBitmap): Uint8Array | null {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl');
  if (!gl || Math.max(width, height) > (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number)) return null;
  const data = new Uint8Array(4 * width * height);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  const failed = gl.getError() !== gl.NO_ERROR;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return failed ? null : data;
}
