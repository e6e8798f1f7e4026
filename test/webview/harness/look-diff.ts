/**
 * Pictures of the page that compares two models, for people to judge.
 *
 *   npx tsx test/webview/harness/look-diff.ts OUT FOLDER ENTRY OTHER-FOLDER OTHER-ENTRY [--themes=…] [--widths=…] [--tabs=weights,structure]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../tools/browser.mjs';
import { startPageHarness } from './page-server.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const option = (name: string, otherwise: string) =>
  (process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise).split(',');
const [out = 'out/look', folder = 'media/models/headlight-bert', entry = 'model.safetensors'] = words;
const [otherFolder = folder, otherEntry = 'onnx/model.onnx'] = words.slice(3);

mkdirSync(out, { recursive: true });
const harness = await startPageHarness();
const browser = await launchChromium();
for (const theme of option('themes', 'vscode-dark')) {
  for (const width of option('widths', '1100')) {
    const page = await browser.newPage({ viewport: { width: Number(width), height: 760 } });
    page.on('console', (message) => console.log(message.type(), message.text()));
    page.on('pageerror', (error) => console.log('error', error.message));
    await page.goto(harness.diffUrl({ folder, entry, otherFolder, otherEntry, theme }));
    await page.waitForSelector('.rows .row, .failed');
    for (const tab of option('tabs', 'weights')) {
      await page.locator(`#tab-${tab}`).click();
      await page.waitForTimeout(900);
      if (tab === 'weights') await page.locator('.rows .row').first().click();
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(out, `diff-${tab}-${theme.replace('vscode-', '')}-${width}.png`) });
    }
    await page.close();
  }
}
await browser.close();
await harness.close();
