/** A run beside the reference implementation: how far the numbers that are shown are from plain TypeScript's. */
import type { Comparison, Difference, RunParams } from '../../model/protocol/engine.ts';
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
  return { sites, outputs, referenceMs };
}

/** A value that is no finite number in one of the two and not the same in the other makes the difference NaN: never hidden behind a number. */
export function differenceOf(shown: ArrayLike<number | bigint>, reference: ArrayLike<number | bigint>): Difference {
  if (shown.length !== reference.length) return { largest: Number.NaN, scale: Number.NaN };
  let largest = 0;
  let scale = 0;
  for (let i = 0; i < shown.length; i++) {
    const [a, b] = [Number(shown[i]), Number(reference[i])];
    if (Number.isFinite(b)) scale = Math.max(scale, Math.abs(b));
    if (!Object.is(a, b) && a !== b) largest = worse(largest, Math.abs(a - b));
  }
  return { largest, scale };
}

function both(one: Difference, other: Difference): Difference {
  return { largest: worse(one.largest, other.largest), scale: Math.max(one.scale, other.scale) };
}

function worse(one: number, other: number): number {
  return Number.isFinite(one) && Number.isFinite(other) ? Math.max(one, other) : Number.NaN;
}
