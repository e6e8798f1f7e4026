/**
 * Takes the pictures of the README and those by which the design is judged: the real extension in the real VS Code, in every theme.
 *
 *     node --import tsx test/vscode/pictures.ts [dark light hc-dark hc-light] [--readme]
 *
 * Pictures go to .vscode-test/pictures; with --readme the first ones also to media/pictures.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tools/environment.mjs';
import { THEMES, type Theme, Window } from './person/window.ts';

const themes = process.argv.slice(2).filter((a): a is Theme => a in THEMES);
const forReadme = process.argv.includes('--readme');

for (const theme of themes.length > 0 ? themes : (Object.keys(THEMES) as Theme[])) {
  const window = await Window.open({ name: `pictures-${theme}`, theme, width: 1600, height: 900 });
  try {
    await window.openFile('sentences.txt');
    await window.selectLine(2);
    await window.command('Headlight: Visualize Attention');
    const panel = await window.panel();
    await panel.locator('.details .top .sum').waitFor({ timeout: 60_000 });
    await window.goTo(2, 25);
    await window.page.waitForTimeout(800);
    const path = await window.picture(`panel-${theme}`);
    if (forReadme) {
      mkdirSync(join(root, 'media/pictures'), { recursive: true });
      copyFileSync(path, join(root, 'media/pictures', `panel-${theme}.png`));
    }
    await window.openFile('code.py');
    await window.command('Headlight: Visualize Attention of the Whole File');
    await panel.locator('.details .top .sum').waitFor({ timeout: 60_000 });
    await window.goTo(4, 12);
    await window.page.waitForTimeout(1500);
    await window.picture(`code-${theme}`);
  } catch (error) {
    console.error(await window.picture(`failed-${theme}`), window.errors.slice(-10));
    throw error;
  } finally {
    await window.close();
  }
}
