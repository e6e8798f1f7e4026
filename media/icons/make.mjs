/** `node media/icons/make.mjs`: draws headlight.png, the extension's icon in galleries, from headlight.svg: the lamp, its rays in warm light, on dark. */
import { readFileSync, writeFileSync } from 'node:fs';
import { launchChromium } from '../../test/tools/browser.mjs';

const SIZE = 256;
const GROUND = '#10243e';
const LAMP = '#ffffff';
const LIGHT = '#ffd166';

const folder = new URL('.', import.meta.url);
const paths = [...readFileSync(new URL('headlight.svg', folder), 'utf8').matchAll(/<path[^>]*>/g)].map(([path]) => path);
const [lamp, ...rays] = paths;
const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="-4 -4 32 32" fill="none"
  stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">
  <rect x="-4" y="-4" width="32" height="32" rx="6" fill="${GROUND}" />
  <g stroke="${LAMP}">${lamp}</g><g stroke="${LIGHT}">${rays.join('')}</g></svg>`;

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
await page.setContent(`<body style="margin:0;background:transparent">${drawing}</body>`);
writeFileSync(new URL('headlight.png', folder), await page.screenshot({ omitBackground: true }));
await browser.close();
