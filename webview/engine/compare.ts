/** A run beside the reference implementation: how far the numbers that are shown are from plain TypeScript's. */
import type { Comparison, RunParams } from '../../model/protocol/engine.ts';
import type { EngineCall } from './engine.ts';
import type { OpenModel } from './opening.ts';
import { computeModel } from './reference.ts';
import type { Run } from './run.ts';

/** @throws HeadlightError `unsupported` for operators that the reference has not, `cancelled` */
export async function compareRun(model: OpenModel, run: Run, params: RunParams, call: EngineCall): Promise<Comparison> {
  const start = performance.now();
  const reference = await computeModel(model, params, call);
  const referenceMs = performance.now() - start;
  const sites = [];
  for (const { site, weights } of reference.sites) {
    const { key } = site.facts;
    const size = weights.queries * weights.keys;
    let largest = 0;
    for (let batch = 0, at = 0; batch < weights.batch; batch++) {
      for (let head = 0; head < weights.heads; head++, at += size) {
        const shown = (await run.head(key, head, batch)).weights;
        largest = worse(largest, largestDifference(shown, weights.data.subarray(at, at + size)));
      }
    }
    sites.push({ key, largest });
  }
  const outputs = [];
  for (const [name, value] of reference.outputs) {
    if (!run.outputNames.includes(name)) continue;
    outputs.push({ name, largest: largestDifference((await run.output(name)).data, value.data) });
  }
  return { sites, outputs, referenceMs };
}

/** NaN where one of the two is NaN or infinite and the other is not the same: never hidden behind a number. */
export function largestDifference(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number {
  if (a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    largest = worse(largest, Math.abs(Number(a[i]) - Number(b[i])));
  }
  return largest;
}

function worse(one: number, other: number): number {
  return Number.isFinite(one) && Number.isFinite(other) ? Math.max(one, other) : Number.NaN;
}
