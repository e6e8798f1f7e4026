/**
 * From nothing to the first picture of a built-in model, in Chromium with the panel's real bundle and engine: a new page, which starts the
 * runtime, and the next text in the page that is there.
 */
import { launchChromium } from '../tools/browser.mjs';
import { startHarness } from '../webview/harness/server.ts';
import { type Bench, digits, median, type Tools } from './bench.ts';

const ROUNDS = 5;
const SELECT = JSON.stringify({ layer: 2, head: 1, query: 5 });
const CASES = [
  'headlight-gpt/text:the driver whom the guests admire is old',
  'headlight-gpt/text:the driver whom the guest admires is old',
];

interface Times {
  readonly cold: readonly number[];
  readonly warm: readonly number[];
}

let measured: Promise<Times> | null = null;

async function measure(): Promise<Times> {
  const harness = await startHarness({ real: true });
  const browser = await launchChromium();
  const [cold, warm]: [number[], number[]] = [[], []];
  try {
    for (let round = -1; round < ROUNDS; round++) {
      const page = await (await browser.newContext({ viewport: { width: 900, height: 800 } })).newPage();
      await page.addInitScript('globalThis.__name = (f) => f');
      await page.goto(harness.url({ case: CASES[0]!, real: true, select: SELECT }), { waitUntil: 'commit' });
      await page.waitForFunction(() => 'headlightHost' in globalThis);
      const [first, second] = await page.evaluate(
        async ([next, select]) => {
          const { told, host } = (globalThis as unknown as Host).headlightHost;
          const paint = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          const shown = async () => {
            while (!told.some(({ name }) => name === 'selected') || !document.querySelector('.grid')) await paint();
            await paint();
            return performance.now();
          };
          // Counted from the navigation.
          const first = await shown();
          const params = await (await fetch(`/case/${encodeURIComponent(next)}`)).json();
          await new Promise((resolve) => setTimeout(resolve, 500));
          told.length = 0;
          const started = performance.now();
          await host.request('show', { ...params, select: JSON.parse(select) });
          return [first, (await shown()) - started] as const;
        },
        [CASES[1]!, SELECT] as const,
      );
      await page.context().close();
      // The first page of a browser starts the browser as well.
      if (round < 0) continue;
      cold.push(first);
      warm.push(second);
    }
  } finally {
    await browser.close();
    await harness.close();
  }
  return { cold, warm };
}

interface Host {
  readonly headlightHost: { told: { name: string }[]; host: { request(method: string, params: unknown): Promise<unknown> } };
}

function firstPicture(kind: keyof Times, limit: number, words: string): Bench {
  return {
    name: `first-picture-${kind}-ms`,
    unit: 'ms',
    limit,
    async measure(_: Tools) {
      measured ??= measure();
      const times = (await measured)[kind];
      return { value: median(times), against: null, detail: `${words}, the built-in GPT, CPU, median of ${times.map(digits).join(', ')}` };
    },
  };
}

export const firstPictureCold: Bench = firstPicture('cold', 1500, 'a new page until the map of a head is painted');
export const firstPictureWarm: Bench = firstPicture('warm', 300, 'another text in the same page');
