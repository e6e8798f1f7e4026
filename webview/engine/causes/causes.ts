/** Questions of what a run would have answered otherwise. Each run is a turn of its own: whoever looks at something else does not wait for all. */
import { HeadlightError } from '../../../model/errors.ts';
import { scoreBits } from '../../../model/predictions/bits.ts';
import { edited } from '../../../model/predictions/edits.ts';
import type {
  AnswerParams,
  AnswerResult,
  CauseFacts,
  EngineRequests,
  LensParams,
  LensResult,
  OccludeParams,
  OccludeResult,
  RankHeadsParams,
  RankHeadsResult,
  RunParams,
  ScoreParams,
  SiteParams,
} from '../../../model/protocol/engine.ts';
import type { EngineCall } from '../engine.ts';
import { breathe } from '../queue.ts';
import type { Reading } from './lens-session.ts';
import type { WhatIf } from './what-if.ts';

/** Gives a question its turn: `whatIf` of the open model and what the run was given. @throws HeadlightError `disposed` for a run that is gone */
export type Turn = <R>(run: number, question: (whatIf: WhatIf, params: RunParams) => Promise<R>, call: EngineCall) => Promise<R>;

export class Causes {
  constructor(private readonly turn: Turn) {}

  facts({ run }: { readonly run: number }): Promise<CauseFacts> {
    return this.turn(run, async (whatIf) => whatIf.facts(), {});
  }

  answer({ run, place, heads = [], input }: AnswerParams, call: EngineCall = {}): Promise<AnswerResult> {
    return this.turn(
      run,
      async (whatIf, params) => {
        const start = performance.now();
        const logits = await whatIf.answer(input ?? params, place, heads, call);
        return { logits, runMs: performance.now() - start };
      },
      call,
    );
  }

  valueNorms({ run, key, batch = 0 }: SiteParams, call: EngineCall = {}): Promise<EngineRequests['valueNorms']['result']> {
    return this.turn(
      run,
      async (whatIf, params) => {
        const { shape, data } = await whatIf.valueNorms(params, key, call);
        const [, heads = 1, keys = 1] = shape;
        const size = heads * keys;
        return { heads, keys, norms: (data as Float32Array).slice(batch * size, (batch + 1) * size) };
      },
      call,
    );
  }

  /** @throws HeadlightError `cancelled` within one run */
  async rankHeads({ how, heads = [], ...score }: RankHeadsParams, call: EngineCall = {}): Promise<RankHeadsResult> {
    const start = performance.now();
    const facts = await this.facts(score);
    const sites = await this.turn(score.run, async (whatIf) => whatIf.sizes(facts.turnable), call);
    const before = await this.#score(score, heads, undefined, call);
    const total = sites.reduce((sum, site) => sum + site.heads, 0);
    let runs = 0;
    const ranked: RankHeadsResult['sites'][number][] = [];
    for (const { key, heads: count } of sites) {
      const drops = new Float32Array(count);
      for (let head = 0; head < count; head++) {
        await breathe(call.token);
        runs++;
        call.progress?.((runs - 1) / total, `head ${runs} of ${total}`);
        drops[head] = before - (await this.#score(score, [...heads, { key, head, how }], undefined, call));
      }
      ranked.push({ key, drops });
    }
    return { before, sites: ranked, runs: runs + 1, totalMs: performance.now() - start };
  }

  /** @throws HeadlightError `cancelled` within one run */
  async occlude({ side, edit, groups, ...score }: OccludeParams, call: EngineCall = {}): Promise<OccludeResult> {
    const start = performance.now();
    const before = await this.#score(score, [], undefined, call);
    const drops = new Float32Array(groups.length);
    const own = await this.turn(score.run, async (_, params) => params, call);
    const counts = side === 'target' || !own.targetIds;
    for (const [i, tokens] of groups.entries()) {
      await breathe(call.token);
      call.progress?.(i / groups.length, `${i + 1} of ${groups.length} runs`);
      const { params, moved } = edited(own, tokens, edit, side);
      const { position } = score.place;
      const place = { ...score.place, position: position === null || !counts ? position : moved(position) };
      const gone = position !== null && place.position === null;
      drops[i] = gone ? Number.NaN : before - (await this.#score({ ...score, place }, [], params, call));
    }
    return { before, drops, totalMs: performance.now() - start };
  }

  async #score(
    { run, place, answer, against }: ScoreParams,
    heads: AnswerParams['heads'],
    input: RunParams | undefined,
    call: EngineCall,
  ): Promise<number> {
    const { logits } = await this.answer(
      { run, place, heads: heads ?? [], ...(input && { input }) },
      call.token ? { token: call.token } : {},
    );
    for (const id of [answer, against ?? answer]) {
      if (id < 0 || id >= logits.length)
        throw new HeadlightError('internal', `The answer has ${logits.length} entries, there is no entry ${id}.`);
    }
    return scoreBits(logits, answer, against);
  }

  lens({ run, output, count, asked }: LensParams, call: EngineCall = {}): Promise<LensResult> {
    return this.turn(
      run,
      async (whatIf, params) => {
        const { states, outputs, session, feeds } = await whatIf.states(params, output, call);
        const readings: Reading[] = [];
        try {
          for (const [layer, state] of states.entries()) {
            await breathe(call.token);
            call.progress?.(layer / states.length, `layer ${layer} of ${states.length - 1}`);
            readings.push(await session.read(state, { count, asked }, feeds, whatIf.vocabulary, call));
          }
        } finally {
          outputs.dispose();
        }
        return together(readings, count);
      },
      call,
    );
  }
}

function together(readings: readonly Reading[], count: number): LensResult {
  const { rows } = readings[0]!;
  const floats = (pick: (reading: Reading) => Float32Array): Float32Array => {
    const parts = readings.map(pick);
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const ids = new Int32Array(readings.length * rows * count);
  readings.forEach((reading, i) => {
    ids.set(reading.ids, i * rows * count);
  });
  return {
    ...{ states: readings.length, rows, count, ids },
    probabilities: floats(({ probabilities }) => probabilities),
    asked: floats(({ asked }) => asked),
  };
}
