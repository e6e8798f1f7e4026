/**
 * Pictures of the sections of the tab Predict, with the real engine, for people to judge.
 *
 *   npx tsx test/webview/harness/look-sections.ts FOLDER CASE… [--sections=patches,…] [--themes=…] [--width=620] [--press=Measure]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../tools/browser.mjs';
import { settled } from '../panel/panel.ts';
import { startHarness } from './server.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const option = (name: string, otherwise: string) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const [folder = 'out/look', ...cases] = words;
const themes = option('themes', 'vscode-dark,vscode-light,vscode-high-contrast').split(',');
const wanted = option('sections', '').split(',').filter(Boolean);
const press = option('press', 'Measure|Generate');

mkdirSync(folder, { recursive: true });
const harness = await startHarness({ real: true });
const browser = await launchChromium();
for (const name of cases) {
  const page = await browser.newPage({ viewport: { width: Number(option('width', '620')), height: 760 } });
  page.on('pageerror', (error) => console.log('error', error.message));
  await page.addInitScript('globalThis.__name = (f) => f');
  await page.goto(harness.url({ case: name, theme: themes[0]!, real: true, select: option('select', '{}') }));
  await page.waitForSelector('.cells, .picture-box, .failed', { timeout: 90_000 });
  await page.locator('#tab-predict').click();
  await page.locator('.predict-section').waitFor({ timeout: 90_000 });
  const chips = page.locator('.predict-view .segments > button');
  const labels = (await chips.count()) > 0 ? await chips.allTextContents() : [''];
  console.log(name, labels.join(' · '));
  for (const label of labels.filter((one) => one === '' || wanted.length === 0 || wanted.includes(one))) {
    if (label) await chips.filter({ hasText: new RegExp(`^${label}$`) }).click();
    const button = page.locator('.predict-section vscode-button', { hasText: new RegExp(press) });
    await page.waitForTimeout(300);
    if ((await button.count()) > 0) await button.first().click();
    await page.waitForTimeout(700);
    await settled(page);
    for (const theme of themes) {
      await page.evaluate((kind) => {
        document.body.className = kind;
      }, theme);
      await page.waitForTimeout(250);
      const file = `${name}-${label || 'only'}-${theme.replace('vscode-', '')}`.replaceAll(/[^\w.-]+/g, '-').slice(0, 90);
      await page.screenshot({ path: join(folder, `${file}.png`) });
    }
  }
  await page.close();
}
await browser.close();
await harness.close();
