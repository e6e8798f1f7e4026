/** Pictures as a browser decodes them for the panel: alpha, grey, 16 bits a channel, the orientation of photographs, and what is refused. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import jpeg from 'jpeg-js';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { launchChromium } from '../../tools/browser.mjs';

interface Answer {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
  readonly notice: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

declare const decoder: typeof import('../../../webview/image/decode.ts');

const uri = (type: string, bytes: Uint8Array) => `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

function png(width: number, height: number, rgba: readonly number[], options: object = {}): string {
  const image = new PNG({ width, height });
  image.data = Buffer.from(rgba);
  return uri('image/png', PNG.sync.write(image, options));
}

/** A photograph, left half red, right half blue, whose file states an orientation. */
function photograph(orientation: number): string {
  const [width, height] = [32, 16];
  const data = new Uint8Array(4 * width * height);
  for (let p = 0; p < width * height; p++) data.set(p % width < width / 2 ? [255, 0, 0, 255] : [0, 0, 255, 255], 4 * p);
  const plain = jpeg.encode({ width, height, data }, 100).data;
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  const segment = [0xff, 0xe1, 0, exif.length + 2, ...exif];
  return uri('image/jpeg', Uint8Array.from([...plain.subarray(0, 2), ...segment, ...plain.subarray(2)]));
}

describe('pictures decoded in the page', () => {
  let browser: Browser;
  let page: Page;
  before(async () => {
    const entry = new URL('../../../webview/image/decode.ts', import.meta.url).pathname;
    const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'iife', globalName: 'decoder', write: false });
    browser = await launchChromium({ webgpu: false });
    page = await browser.newPage();
    await page.addScriptTag({ content: outputFiles[0]!.text });
  });
  after(() => browser?.close());

  const decode = (address: string): Promise<Answer> =>
    page.evaluate(async (address) => {
      try {
        const { picture, notice } = await decoder.decodePicture(address, 'it.png');
        return { width: picture.width, height: picture.height, data: Array.from(picture.data), notice, error: null };
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return { width: 0, height: 0, data: [], notice: null, error: { code, message } };
      }
    }, address);

  it('opaque colours come as they are', async () => {
    const rgba = [1, 2, 3, 255, 250, 128, 7, 255];
    assert.deepEqual((await decode(png(2, 1, rgba))).data, rgba);
  });

  it('colours under transparency are kept, also where nothing is seen', async () => {
    const rgba = [200, 100, 50, 0, 201, 99, 3, 7, 10, 20, 30, 128, 9, 8, 7, 255];
    assert.deepEqual((await decode(png(2, 2, rgba))).data, rgba);
  });

  it('grey becomes three equal channels', async () => {
    const grey = png(2, 1, [77, 77, 77, 255, 200, 200, 200, 255], { colorType: 0 });
    assert.deepEqual((await decode(grey)).data, [77, 77, 77, 255, 200, 200, 200, 255]);
  });

  it('16 bits a channel become 8', async () => {
    const image = new PNG({ width: 1, height: 1 });
    const words = Uint16Array.of(0x1234, 0x8080, 0xffff, 0xffff);
    image.data = Buffer.from(words.buffer);
    const written = PNG.sync.write(image, { bitDepth: 16, inputColorType: 6, colorType: 6 });
    const { data } = await decode(uri('image/png', written));
    for (const [i, wanted] of [0x12, 0x80, 0xff, 0xff].entries()) assert.ok(Math.abs(data[i]! - wanted) <= 1, `${data}`);
  });

  it('the orientation of a photograph is applied once', async () => {
    const colourAt = ({ width, data }: Answer, x: number, y: number) => (data[4 * (y * width + x)]! > 128 ? 'red' : 'blue');
    const upright = await decode(photograph(1));
    assert.deepEqual([upright.width, upright.height, colourAt(upright, 2, 8), colourAt(upright, 29, 8)], [32, 16, 'red', 'blue']);
    const turned = await decode(photograph(6));
    assert.deepEqual([turned.width, turned.height, colourAt(turned, 8, 2), colourAt(turned, 8, 29)], [16, 32, 'red', 'blue']);
    const over = await decode(photograph(3));
    assert.deepEqual([over.width, over.height, colourAt(over, 2, 8), colourAt(over, 29, 8)], [32, 16, 'blue', 'red']);
  });

  it('what is no picture is refused with a sentence', async () => {
    const { error } = await decode(uri('image/png', Uint8Array.of(1, 2, 3)));
    assert.equal(error?.code, 'format');
    assert.match(error?.message ?? '', /^it\.png cannot be decoded as a picture\./);
  });
});
