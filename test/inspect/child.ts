/** The part of `npm run inspect` that works: one process, one runtime, one job after another. */
import { asHeadlightError } from '../../model/errors.ts';
import type { Device } from '../../model/protocol/engine.ts';
import type { Runtime } from '../../webview/engine/runtime.ts';
import { inspect } from './inspect.ts';
import type { Job } from './job.ts';
import type { Answer } from './main.ts';
import { startRuntime } from './runtime.ts';

/** The heap of wasm never shrinks: beyond this a fresh process is cheaper than carrying it along. */
const SPENT_BYTES = 3 * 2 ** 30;

const device = process.argv[2] as Device;
let runtime: Promise<Runtime> | null = null;

/** Started by the first job that needs it; a start that failed is tried again by the next. */
function theRuntime(): Promise<Runtime> {
  runtime ??= startRuntime(device);
  runtime.catch(() => {
    runtime = null;
  });
  return runtime;
}

async function answer(job: Job): Promise<Answer> {
  try {
    const { report, summary } = await inspect(job, theRuntime);
    return { error: report.error, summary, spent: await isSpent() };
  } catch (error) {
    const { code, message } = asHeadlightError(error, 'internal', `${job.path} could not be inspected`);
    return { error: { code, message }, summary: '', spent: await isSpent() };
  }
}

async function isSpent(): Promise<boolean> {
  const broken = (await runtime?.catch(() => null))?.broken ?? null;
  return broken !== null || process.memoryUsage.rss() > SPENT_BYTES;
}

// A rejection that nobody waited for (the runtime has such after a crash) must not end the process before the job has its answer.
process.on('unhandledRejection', (error) => console.error(error));
process.on('message', async (job: Job) => process.send!(await answer(job)));
process.on('disconnect', () => process.exit());
