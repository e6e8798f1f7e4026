/**
 * Pictures of the model page for people to judge.
 *
 *   npx tsx test/webview/harness/look-page.ts FOLDER media/models/headlight-bert onnx/model.onnx [--tabs=overview,tensors] [--themes=…] [--widths=…]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../tools/browser.mjs';
import { startPageHarness } from './page-server.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const option = (name: string, otherwise: string) =>
  (process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise).split(',');
const [out = 'out/look', folder = 'media/models/headlight-bert', entry = 'onnx/model.onnx'] = words;

mkdirSync(out, { recursive: true });
const harness = await startPageHarness();
const browser = await launchChromium();
for (const theme of option('themes', 'vscode-dark')) {
  for (const width of option('widths', '1100')) {
    const page = await browser.newPage({ viewport: { width: Number(width), height: 760 } });
    page.on('console', (message) => console.log(message.type(), message.text()));
    page.on('pageerror', (error) => console.log('error', error.message));
    await page.goto(harness.url({ folder, entry, theme }));
    await page.waitForSelector('.overview, .failed');
    for (const tab of option('tabs', 'overview')) {
      const there = page.locator(`#tab-${tab}`);
      if ((await there.count()) > 0) await there.click();
      if (tab === 'tensors') await page.locator('.rows .row').first().click();
      await page.waitForTimeout(1200);
      await page.screenshot({ path: join(out, `${entry.replaceAll('/', '-')}-${tab}-${theme.replace('vscode-', '')}-${width}.png`) });
    }
    await page.close();
  }
}
await browser.close();
await harness.close();
