/** A run beside the reference implementation: how far the numbers that are shown are from plain TypeScript's. */
import type { Comparison, Difference, RunParams } from '../../model/protocol/engine.ts';
import { both, differenceOf } from './difference.ts';
import type { EngineCall } from './engine.ts';
import type { OpenModel } from './opening.ts';
import { breathe } from './queue.ts';
import { computeModel } from './reference.ts';
import type { Run } from './run.ts';
import type { Walker } from './walker.ts';

/** @throws HeadlightError `unsupported` for operators that the reference has not, `cancelled` */
export async function compareRun(
  model: OpenModel,
  { run, params, walker }: { readonly run: Run; readonly params: RunParams; readonly walker: Walker },
  call: EngineCall,
): Promise<Comparison> {
  const start = performance.now();
  const reference = await computeModel(model, params, call);
  const referenceMs = performance.now() - start;
  const sites = [];
  for (const { site, weights } of reference.sites) {
    await breathe(call.token);
    const { key } = site.facts;
    const size = weights.queries * weights.keys;
    let difference: Difference = { largest: 0, scale: 0 };
    for (let batch = 0, at = 0; batch < weights.batch; batch++) {
      for (let head = 0; head < weights.heads; head++, at += size) {
        const shown = (await run.head(key, head, batch)).weights;
        difference = both(difference, differenceOf(shown, weights.data.subarray(at, at + size)));
      }
    }
    sites.push({ key, ...difference });
  }
  const outputs = [];
  for (const [name, value] of reference.outputs) {
    if (!run.outputNames.includes(name)) continue;
    outputs.push({ name, ...differenceOf((await run.output(name)).data, value.data) });
  }
  const steps = await walker.compare(call);
  return { sites, outputs, steps, referenceMs };
}
