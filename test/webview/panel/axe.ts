/** axe on a panel: everything that it finds, one line each. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { settled } from './panel.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

export async function violations(page: Page): Promise<string[]> {
  // A theme that was just changed is in the colours a frame later.
  await settled(page);
  return run(page, {});
}

/** The one rule that another theme can break: what a theme changes is colours. */
export const contrast = (page: Page): Promise<string[]> => run(page, { runOnly: ['color-contrast'] });

async function run(page: Page, rules: object): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const found = (await page.evaluate(
    async (options) => {
      const { axe } = globalThis as unknown as { axe: { run(options: unknown): Promise<{ violations: unknown }> } };
      return (await axe.run(options)).violations;
    },
    { resultTypes: ['violations'], preload: false, ...rules },
  )) as Violation[];
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.html.slice(0, 160)} ${n.failureSummary.slice(0, 200)}`));
}
