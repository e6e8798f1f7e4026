/**
 * Opening a 346 MB graph until its first answer, in Chromium as in the panel: by its skeleton, against the plain way of onnxruntime-web.
 * The pages drive themselves: tools that drive a page listen to its network, and keep a copy of what it reads.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUIET } from '../tools/browser.mjs';
import { ensureChromium } from '../tools/environment.mjs';
import { Site } from '../webview/engine/site.ts';
import { type Bench, digits } from './bench.ts';
import type { OpenBench } from './open-bench.ts';
import { BASE, randomModel } from './random-model.ts';

const ROUNDS = 5;
const IDS = [5, 42, 79, 116, 153, 190, 227, 264];
const PAGE = 'open-bench';

export const openTimeBench: Bench = {
  name: 'open-time-ratio',
  unit: '',
  limit: 0.7,
  async measure({ cache, root }) {
    const folders = { base: await randomModel(BASE, cache), warm: join(root, 'media/models/headlight-gpt') };
    const site = await Site.start(folders, { [PAGE]: 'test/bench/open-bench.ts' });
    try {
      const times = { plain: [] as number[], skeleton: [] as number[] };
      for (let round = 0; round < ROUNDS; round++) {
        for (const way of ['plain', 'skeleton'] as const) times[way].push(await openMs(site, way));
      }
      const [before, now] = [Math.min(...times.plain), Math.min(...times.skeleton)];
      const detail = `${digits(now)} ms for ${digits(before)} ms, 346 MB, in Chromium, CPU, best of ${ROUNDS}`;
      return { value: now / before, against: 'plain onnxruntime-web', detail };
    } finally {
      await site.stop();
    }
  },
};

async function openMs(site: Site, way: OpenBench['way']): Promise<number> {
  const bench: OpenBench = { way, warm: site.model('warm', 'onnx/model.onnx'), base: site.model('base', 'model.onnx'), ids: IDS };
  const profile = mkdtempSync(join(tmpdir(), 'headlight-bench-'));
  const told = site.told();
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', `--user-data-dir=${profile}`, ...QUIET];
  const address = `${site.address}${PAGE}?bench=${encodeURIComponent(JSON.stringify(bench))}`;
  const chromium = spawn(ensureChromium(), [...flags, address], { stdio: 'ignore', detached: true });
  try {
    const words = await told;
    if (!Number.isFinite(Number(words))) throw new Error(words);
    return Number(words);
  } finally {
    const ended = new Promise((resolve) => chromium.once('exit', resolve));
    process.kill(-chromium.pid!, 'SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
