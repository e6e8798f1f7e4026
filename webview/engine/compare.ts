/** A run beside the reference implementation: how far the numbers that are shown are from plain TypeScript's. */
import type { Weights } from '../../model/attention/index.ts';
import { HeadlightError } from '../../model/errors.ts';
import type { Comparison, Difference, RunParams } from '../../model/protocol/engine.ts';
import type { StepDifference } from '../../model/protocol/walk.ts';
import type { Tensor } from '../../model/tensor.ts';
import { both, differenceOf } from './difference.ts';
import type { EngineCall } from './engine.ts';
import type { OpenModel, OpenSite } from './opening.ts';
import { breathe } from './queue.ts';
import { type Onlooker, watchModel } from './reference.ts';
import type { Run } from './run.ts';
import type { Walker } from './walker.ts';

interface Compared {
  readonly run: Run;
  readonly params: RunParams;
  readonly walker: Walker;
}

/**
 * Computes the reference once, from the start to the end: differences add up as they do in a run. Weights and steps are compared as they come.
 * @throws HeadlightError `unsupported` for operators that the reference has not, `cancelled`
 */
export async function compareRun(model: OpenModel, { run, params, walker }: Compared, call: EngineCall): Promise<Comparison> {
  const start = performance.now();
  let besideMs = 0;
  const apart = async (work: () => Promise<void>) => {
    const from = performance.now();
    await work();
    besideMs += performance.now() - from;
  };
  const sites = new Map<string, Difference>();
  const onWeights = (site: OpenSite, weights: Weights) =>
    apart(async () => void sites.set(site.facts.key, await weightsBeside(run, site.facts.key, weights, call)));
  const steps = new StepsBeside(walker, call.token ? { token: call.token } : {});
  const onValue: Onlooker['onValue'] = (part, name, value) => apart(() => steps.onValue(part, name, value));
  const reference = await watchModel(model, params, { watched: (part) => steps.watched(part), onValue, onWeights }, call);
  const referenceMs = performance.now() - start - besideMs;
  const outputs = [];
  for (const [name, value] of reference) {
    if (!run.outputNames.includes(name)) continue;
    outputs.push({ name, ...differenceOf((await run.output(name)).data, value.data) });
  }
  const known = model.sites.map(({ facts: { key } }) => ({ key, ...(sites.get(key) ?? missing(key)) }));
  return { sites: known, outputs, steps: steps.found(), referenceMs };
}

/** The weights of all heads of a place. */
async function weightsBeside(run: Run, key: string, weights: Weights, call: EngineCall): Promise<Difference> {
  await breathe(call.token);
  const size = weights.queries * weights.keys;
  let difference: Difference = { largest: 0, scale: 0 };
  for (let batch = 0, at = 0; batch < weights.batch; batch++) {
    for (let head = 0; head < weights.heads; head++, at += size) {
      const shown = (await run.head(key, head, batch)).weights;
      difference = both(difference, differenceOf(shown, weights.data.subarray(at, at + size)));
    }
  }
  return difference;
}

/** Every step of the walk beside the reference's. */
export class StepsBeside {
  readonly #differences = new Map<string, StepDifference>();
  readonly #sections: readonly ReadonlyMap<string, number>[];

  constructor(
    private readonly walker: Walker,
    private readonly call: EngineCall,
  ) {
    this.#sections = walker.plans().map((_, part) => walker.heldSteps(part));
  }

  watched(part: number): Iterable<string> {
    return this.#sections[part]!.keys();
  }

  async onValue(part: number, step: string, value: Tensor): Promise<void> {
    const section = this.#sections[part]!.get(step)!;
    const shown = (await this.walker.values(section, this.call)).get(step)!;
    this.#differences.set(`${part}/${step}`, { section, step, ...differenceOf(shown.data, value.data) });
  }

  /** In the order of the walk. */
  found(): StepDifference[] {
    return this.#sections.flatMap((steps, part) =>
      [...steps.keys()].map((step) => this.#differences.get(`${part}/${step}`) ?? missing(step)),
    );
  }
}

function missing(name: string): never {
  throw new HeadlightError('internal', `The reference computed nothing called ${name}.`);
}
