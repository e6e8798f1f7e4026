/** A panel in Chromium for tests, around recorded attention; one browser and one harness a test file. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../tools/browser.mjs';
import { type Harness, startHarness } from '../harness/server.ts';

export const THEMES = ['vscode-dark', 'vscode-light', 'vscode-high-contrast', 'vscode-high-contrast-light'] as const;

/** How long a state may take to come on a machine that does other things too. */
const PATIENCE_MS = 90_000;

export interface Opened {
  readonly page: Page;
  /** What went wrong on the page: exceptions, console errors, requests that left this machine. */
  readonly wrong: readonly string[];
}

export interface Show {
  readonly case?: string;
  readonly theme?: string;
  readonly width?: number;
  readonly height?: number;
  readonly select?: { readonly [name: string]: number | string };
  readonly delay?: number;
  /** The real engine in place of the record. */
  readonly real?: boolean;
}

/** Starts harness and browser before the tests of a file and ends them after. */
export function panels({ real = false } = {}): { open(show?: Show): Promise<Opened> } {
  let harness: Harness;
  let browser: Browser;
  before(async () => {
    harness = await startHarness({ real });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await harness?.close();
  });
  return {
    async open({
      case: name = 'headlight-gpt/1',
      theme = 'vscode-dark',
      width = 1100,
      height = 720,
      select,
      delay,
      real: engine = false,
    } = {}) {
      const page = await browser.newPage({ viewport: { width, height } });
      page.setDefaultTimeout(PATIENCE_MS);
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      page.on('request', (request) => {
        if (!/^(http:\/\/127\.0\.0\.1|data:|blob:)/u.test(request.url())) wrong.push(`request to ${request.url()}`);
      });
      // What a function of a test becomes here calls this helper of its compiler.
      await page.addInitScript('globalThis.__name = (f) => f');
      await page.goto(harness.url({ case: name, real: engine, theme, select: JSON.stringify(select ?? {}), delay: String(delay ?? 0) }));
      await page.waitForSelector('.cells, .picture-box');
      return { page, wrong };
    },
  };
}

/** Rounds without a change after which a page counts as settled, and their length: longer than the panel waits before it keeps its state. */
const STILL_ROUNDS = 4;
const ROUND_MS = 60;
const MOST_ROUNDS = 300;

/** Waits until the page's content has stood still for some frames. On a machine that does other things too, frames take longer, and so does this. */
export async function settled(page: Page): Promise<void> {
  const still = await page.evaluate(
    async ([rounds, ms, most]) => {
      let before = '';
      let same = 0;
      for (let round = 0; round < most! && same < rounds!; round++) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, ms)));
        const now = document.body.outerHTML;
        same = now === before ? same + 1 : 0;
        before = now;
      }
      return same === rounds;
    },
    [STILL_ROUNDS, ROUND_MS, MOST_ROUNDS] as const,
  );
  assert.ok(still, 'the page never stood still');
}

/** The text of the one element that a selector finds. */
export async function wordsOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? '';
}

/** Messages of a kind that the panel sent to its host. */
export async function told<T>(page: Page, name: string): Promise<T[]> {
  return page.evaluate((wanted) => {
    const { told } = (globalThis as unknown as { headlightHost: { told: { name: string; value: unknown }[] } }).headlightHost;
    return told
      .filter((t) => t.name === wanted)
      .map((t) => JSON.parse(JSON.stringify(t.value, (_key, v) => (ArrayBuffer.isView(v) ? Array.from(v as Float32Array) : v))));
  }, name) as Promise<T[]>;
}

/** Colours of single device pixels of a canvas. */
export async function pixels(page: Page, canvas: string, points: readonly (readonly [number, number])[]): Promise<number[][]> {
  return page.locator(canvas).evaluate((element, at) => {
    const source = element as HTMLCanvasElement;
    const copy = new OffscreenCanvas(source.width, source.height);
    const context = copy.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(source, 0, 0);
    const { data } = context.getImageData(0, 0, source.width, source.height);
    return at.map(([x, y]) => Array.from(data.subarray((y! * source.width + x!) * 4, (y! * source.width + x!) * 4 + 4)));
  }, points);
}

/** Largest difference of a colour channel. */
export function channelDistance(a: readonly number[], b: readonly number[]): number {
  assert.equal(a.length, b.length);
  return Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));
}
