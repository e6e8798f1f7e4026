/** Pictures as PNG. */
import { type Cells, imageOf, type Paint } from '../draw/cells.ts';

/** Bytes as a data URI. */
export async function dataUri(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** All cells, one pixel each. */
export async function cellsPng(cells: Cells, paint: Paint): Promise<string> {
  const image = imageOf(cells, paint);
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return dataUri(await canvas.convertToBlob({ type: 'image/png' }));
}

/** Longest side and most pixels of a picture that every browser makes. */
const LONGEST = 32_000;
const MOST_PIXELS = 2 ** 27;

/** An SVG drawn at `density` pixels a unit, at fewer where the picture would be larger than browsers make. */
export async function svgToPng(svg: string, density: number): Promise<Uint8Array> {
  const image = new Image();
  image.src = await dataUri(new Blob([svg], { type: 'image/svg+xml' }));
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const fits = Math.min(density, LONGEST / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = new OffscreenCanvas(Math.round(width * fits), Math.round(height * fits));
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
