/**
 * Pictures of the panel for people to judge: every case, view, theme and width, and a sheet of all themes for each.
 *
 *   npx tsx test/webview/harness/look.ts FOLDER [case…] [--tabs=…] [--themes=…] [--widths=620,420] [--engine=real] [--select=…] [--press=t]
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../tools/browser.mjs';
import { startHarness } from './server.ts';

const THEMES = 'vscode-dark,vscode-light,vscode-high-contrast,vscode-high-contrast-light';
const HEIGHT = 760;

const [folder = 'out/look', ...wanted] = process.argv.slice(2);
const option = (name: string, otherwise: string) => wanted.find((w) => w.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const list = (name: string, otherwise: string) => option(name, otherwise).split(',').filter(Boolean);
const names = wanted.filter((w) => !w.startsWith('--'));
const themes = list('themes', THEMES);
const widths = list('widths', '620,420').map(Number);
const tabs = list('tabs', '');
const select = option('select', JSON.stringify({ layer: 2, head: 0, query: 7, key: 1 }));
const press = option('press', '');
const real = option('engine', 'recorded') === 'real';
const waitMs = Number(option('wait', '900'));

/** All views of a run, each in all themes; returns the pictures of each. */
async function look(page: Page, name: string): Promise<Map<string, string[]>> {
  const all = await page.locator('vscode-panel-tab').evaluateAll((found) => found.map((tab) => tab.id.replace('tab-', '')));
  const pictures = new Map<string, string[]>();
  for (const tab of tabs.length > 0 ? tabs : all) {
    await page.evaluate((id) => document.querySelector<HTMLElement>(`#tab-${id}`)?.click(), tab);
    await page.waitForTimeout(waitMs);
    if (press) await page.keyboard.press(press);
    const paths: string[] = [];
    for (const theme of themes) {
      await page.evaluate((kind) => {
        document.body.className = kind;
      }, theme);
      await page.waitForTimeout(250);
      paths.push(join(folder, `${name}-${tab}-${theme.replace('vscode-', '')}.png`));
      await page.screenshot({ path: paths.at(-1)! });
    }
    pictures.set(tab, paths);
  }
  return pictures;
}

/** The pictures of a view side by side in one. */
async function sheet(browser: Browser, path: string, pictures: readonly string[], width: number): Promise<void> {
  const columns = width > 700 ? 1 : Math.min(2, pictures.length);
  const viewport = { width: width * columns, height: HEIGHT * Math.ceil(pictures.length / columns) };
  const page = await browser.newPage({ viewport });
  const images = pictures.map((one) => `<img src="data:image/png;base64,${readFileSync(one).toString('base64')}">`);
  await page.setContent(`<style>body{margin:0;display:flex;flex-wrap:wrap}</style>${images.join('')}`);
  await page.screenshot({ path });
  await page.close();
}

mkdirSync(folder, { recursive: true });
const harness = await startHarness({ real });
const browser = await launchChromium();
for (const name of names.length > 0 ? names : ['headlight-gpt/1']) {
  for (const width of widths) {
    const page = await browser.newPage({ viewport: { width, height: HEIGHT } });
    page.on('console', (message) => console.log(message.type(), message.text()));
    page.on('pageerror', (error) => console.log('error', error.message));
    await page.goto(harness.url({ case: name, theme: themes[0]!, real, select }));
    await page.waitForSelector('.cells, .failed, .drawing, .picture-box', { timeout: 60_000 });
    const failed = page.locator('.failed');
    if ((await failed.count()) > 0) console.log(name, await failed.textContent());
    const label = `${name.replaceAll(/[^\w.-]+/g, '-').slice(0, 40)}-${width}`;
    for (const [tab, pictures] of await look(page, label))
      if (pictures.length > 1) await sheet(browser, join(folder, `sheet-${label}-${tab}.png`), pictures, width);
    await page.close();
  }
}
await browser.close();
await harness.close();
