/**
 * The panel's speed, in Chromium with its real bundle: 12 × 12 heads whose weights are served ready, so that what is measured is the
 * drawing and not the model. The naive way to compare with is one SVG element a weight, as other viewers draw.
 */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../tools/browser.mjs';
import { type Harness, startHarness } from '../webview/harness/server.ts';
import { type Bench, digits, median } from './bench.ts';

const ROUNDS = 5;

async function inPanel<T>(tokens: number, measure: (page: Page, harness: Harness, browser: Browser) => Promise<T>): Promise<T> {
  const harness = await startHarness();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    // What a function becomes here calls this helper of the compiler.
    await page.addInitScript('globalThis.__name = (f) => f');
    await page.goto(harness.url({ case: `made/${tokens}`, select: JSON.stringify({ layer: 5, head: 5, query: tokens >> 1 }) }));
    await page.waitForSelector('.grid[data-layers="12"]', { timeout: 120_000 });
    return await measure(page, harness, browser);
  } finally {
    await browser.close();
    await harness.close();
  }
}

/** From the end of a run until all thumbnails and the chosen head's matrix are painted. */
async function firstFrameMs(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { told, host } = (
      globalThis as unknown as {
        headlightHost: { told: { name: string }[]; host: { request(method: string, params: unknown): Promise<unknown> } };
      }
    ).headlightHost;
    const params = await (await fetch(`/case/${new URLSearchParams(location.search).get('case')}`)).json();
    const paints = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    told.length = 0;
    await host.request('show', { ...params, select: { layer: (performance.now() | 0) % 12, head: 3, query: 100 } });
    const ended = performance.now();
    while (!told.some((t) => t.name === 'selected') || document.querySelector('.grid')?.getAttribute('data-layers') !== '12')
      await paints();
    await paints();
    return performance.now() - ended;
  });
}

/** The longest stretch in which the page could not paint, from the end of a run until two seconds after it; below 50 ms none is told. */
async function longestTaskMs(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { host } = (globalThis as unknown as { headlightHost: { host: { request(method: string, params: unknown): Promise<unknown> } } })
      .headlightHost;
    const params = await (await fetch(`/case/${new URLSearchParams(location.search).get('case')}`)).json();
    let longest = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    observer.observe({ type: 'longtask' });
    await host.request('show', { ...params, select: { layer: (performance.now() | 0) % 12, head: 3, query: 100 } });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    observer.disconnect();
    return longest;
  });
}

/** One element for each weight that the head can see, in an SVG, until it is painted. */
async function naiveMs(page: Page, tokens: number): Promise<number> {
  return page.evaluate(async (T) => {
    const weights = new Float32Array(await (await fetch(`/head/made/${T}?key=self/5&head=5`)).arrayBuffer());
    const paints = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const started = performance.now();
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', `0 0 ${T} ${T}`);
    svg.setAttribute('width', '512');
    for (let q = 0; q < T; q++) {
      for (let k = 0; k <= q; k++) {
        const cell = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
        for (const [name, value] of [
          ['x', k],
          ['y', q],
          ['width', 1],
          ['height', 1],
          ['fill', 'steelblue'],
          ['fill-opacity', weights[q * T + k]!],
        ] as const) {
          cell.setAttribute(name, String(value));
        }
        svg.append(cell);
      }
    }
    document.body.prepend(svg);
    svg.getBoundingClientRect();
    await paints();
    await paints();
    const ms = performance.now() - started;
    svg.remove();
    return ms;
  }, tokens);
}

function firstFrame(tokens: number, limit: number): Bench {
  return {
    name: `first-frame-${tokens}-ms`,
    unit: 'ms',
    limit,
    async measure() {
      const values = await inPanel(tokens, async (page) => {
        const all: number[] = [];
        for (let i = 0; i < ROUNDS; i++) all.push(await firstFrameMs(page));
        return all;
      });
      return {
        value: median(values),
        against: null,
        detail: `12 × 12 thumbnails and one matrix after the run, median of ${values.map(digits).join(', ')}`,
      };
    },
  };
}

export const firstFrame512: Bench = firstFrame(512, 200);
export const firstFrame1024: Bench = firstFrame(1024, 500);

export const longestTask512: Bench = {
  name: 'longest-task-512-ms',
  unit: 'ms',
  limit: 100,
  async measure() {
    const values = await inPanel(512, async (page) => {
      const all: number[] = [];
      for (let i = 0; i < ROUNDS; i++) all.push(await longestTaskMs(page));
      return all;
    });
    const detail = `12 × 12 heads shown after a run, median of ${values.map(digits).join(', ')}; 0 is below 50`;
    return { value: median(values), against: null, detail };
  },
};

export const firstFrameRatio: Bench = {
  name: 'first-frame-ratio-512',
  unit: '×',
  limit: 0.2,
  async measure() {
    const [ours, naive] = await inPanel(512, async (page) => {
      const all: number[] = [];
      for (let i = 0; i < ROUNDS; i++) all.push(await firstFrameMs(page));
      return [median(all), await naiveMs(page, 512)] as const;
    });
    return {
      value: ours / naive,
      against: 'one SVG element a weight, of one head only',
      detail: `${digits(ours)} ms for 144 heads and a matrix, ${digits(naive)} ms for one head`,
    };
  },
};

/** Steps of the arrow key through heads whose weights are there, from the key to the end of the paint. */
export const selectToPaint: Bench = {
  name: 'select-to-paint-p95-ms',
  unit: 'ms',
  limit: 16,
  async measure() {
    const times = await inPanel(1024, (page) =>
      page.evaluate(async () => {
        const grid = document.querySelector<HTMLElement>('.grid')!;
        const { told } = (globalThis as unknown as { headlightHost: { told: { name: string }[] } }).headlightHost;
        const press = (key: string) => grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
        const walk = ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowLeft', 'ArrowUp'];
        for (const key of walk) {
          told.length = 0;
          press(key);
          while (!told.some((t) => t.name === 'selected')) await pause(10);
        }
        const times: number[] = [];
        for (let i = 0; i < 60; i++) {
          await pause(30);
          times.push(
            await new Promise<number>((resolve) => {
              // Begun in a frame: what follows is script, style, layout and paint, and no waiting for the next frame.
              requestAnimationFrame(() => {
                const started = performance.now();
                const { port1, port2 } = new MessageChannel();
                port1.onmessage = () => resolve(performance.now() - started);
                press(walk[i % walk.length]!);
                port2.postMessage(null);
              });
            }),
          );
        }
        return times;
      }),
    );
    const sorted = [...times].sort((a, b) => a - b);
    const p95 = sorted[Math.floor(sorted.length * 0.95)]!;
    return {
      value: p95,
      against: null,
      detail: `${times.length} steps between heads of 1,024 tokens whose weights are there, median ${digits(median(times))}`,
    };
  },
};
