/** What stays behind: the page's heap over many runs of the real engine, each text another. */
import { launchChromium } from '../tools/browser.mjs';
import { startHarness } from '../webview/harness/server.ts';
import { type Bench, digits } from './bench.ts';

const RUNS = 1000;
/** Runs before the first reading: caches fill up to their limits, and the code is compiled and compiled again. */
const WARM = 800;
const WORDS = ['driver', 'guest', 'keys', 'cabinet', 'street', 'kite', 'farmer', 'baker', 'letter', 'garden'];

export const soakBench: Bench = {
  name: 'soak-growth-percent',
  unit: '%',
  limit: 1,
  async measure() {
    const harness = await startHarness({ real: true });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 900, height: 800 } });
      await page.addInitScript('globalThis.__name = (f) => f');
      await page.goto(harness.url({ case: textOf(0), real: true }));
      await page.waitForSelector('.grid', { timeout: 120_000 });
      const cdp = await page.context().newCDPSession(page);
      const heap = async () => {
        for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
        return (await cdp.send('Runtime.getHeapUsage')).usedSize;
      };
      // All texts first: the tool that drives the page keeps a record of every request.
      await page.evaluate(
        async (names) => {
          const texts: string[] = [];
          for (const name of names) texts.push(await (await fetch(`/case/${encodeURIComponent(name)}`)).text());
          Object.assign(globalThis, { texts });
        },
        Array.from({ length: RUNS + 1 }, (_, i) => textOf(i)),
      );
      const run = (number: number) =>
        page.evaluate(async (at) => {
          const { texts, headlightHost } = globalThis as unknown as Page;
          const { told, host } = headlightHost;
          told.length = 0;
          await host.request('show', { ...JSON.parse(texts[at]!), select: { layer: at % 4, head: 1, query: 3 } });
          while (!told.some(({ name }) => name === 'selected')) await new Promise((resolve) => setTimeout(resolve, 5));
          told.length = 0;
        }, number);
      for (let i = 1; i <= WARM; i++) await run(i);
      const before = await heap();
      for (let i = WARM + 1; i <= RUNS; i++) await run(i);
      const after = await heap();
      const detail = `the page's heap from run ${WARM} to run ${RUNS}: ${digits(before / 1e6)} MB, ${digits(after / 1e6)} MB, the built-in GPT, CPU`;
      return { value: Math.max(0, (100 * (after - before)) / before), against: null, detail };
    } finally {
      await browser.close();
      await harness.close();
    }
  },
};

interface Page {
  readonly texts: readonly string[];
  readonly headlightHost: { told: { name: string }[]; host: { request(method: string, params: unknown): Promise<unknown> } };
}

function textOf(number: number): string {
  const word = (shift: number) => WORDS[(number * 7 + shift * 3 + Math.floor(number / 10)) % WORDS.length]!;
  return `headlight-gpt/text:The ${word(0)} near the ${word(1)} and the ${word(2)} number ${number} is old.`;
}
