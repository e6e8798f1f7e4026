/**
 * Pictures of the panel for people to judge: every case, theme and width.
 *
 *   npx tsx test/webview/harness/look.ts FOLDER [case…]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../tools/browser.mjs';
import { startHarness } from './server.ts';

const [folder = 'out/look', ...wanted] = process.argv.slice(2);
const option = (name: string, otherwise: string) => wanted.find((w) => w.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const names = wanted.filter((w) => !w.startsWith('--'));
const themes = option('themes', 'vscode-dark,vscode-light,vscode-high-contrast,vscode-high-contrast-light').split(',');
const widths = option('widths', '1100,400').split(',').map(Number);
const select = option('select', JSON.stringify({ layer: 2, head: 0, query: 7, key: 1 }));
const tabs = option('tabs', '').split(',').filter(Boolean);
const real = option('engine', 'recorded') === 'real';

mkdirSync(folder, { recursive: true });
const harness = await startHarness({ real });
const browser = await launchChromium();
for (const name of names.length > 0 ? names : ['headlight-gpt/1']) {
  for (const theme of themes) {
    for (const width of widths) {
      const page = await browser.newPage({ viewport: { width, height: width > 600 ? 720 : 1100 } });
      page.on('console', (message) => console.log(message.type(), message.text()));
      page.on('pageerror', (error) => console.log('error', error.message));
      await page.goto(harness.url({ case: name, theme, real, select }));
      await page.waitForSelector('.cells, .failed, .drawing', { timeout: 20_000 });
      const failed = page.locator('.failed');
      if ((await failed.count()) > 0) console.log(name, await failed.textContent());
      for (const tab of tabs.length > 0 ? tabs : ['matrix']) {
        await page.locator(`#tab-${tab}`).click({ timeout: 3000 });
        await page.waitForTimeout(700);
        await page.screenshot({ path: join(folder, `${name.replace('/', '-')}-${tab}-${theme.replace('vscode-', '')}-${width}.png`) });
      }
      await page.close();
    }
  }
}
await browser.close();
await harness.close();
