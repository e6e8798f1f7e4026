/**
 * Text that the model says, step by step, from where its input ends. Steps can be undone and replaced; what was cut off stays as a branch.
 */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError } from '../../model/errors.ts';
import { type ChoiceSettings, candidatesOf, drawn } from '../../model/generation/choose.ts';
import { type GenerationFacts, generationFacts } from '../../model/generation/facts.ts';
import { randomAt } from '../../model/generation/random.ts';
import { type Rules, rulesOf } from '../../model/generation/rules.ts';
import { type Shares, sharesOf } from '../../model/predictions/shares.ts';
import type { RunParams, StepResult, WireError } from '../../model/protocol/engine.ts';
import type { Token } from '../../model/protocol/panel.ts';
import type { HostChannel } from '../host.ts';
import { Beams } from './beams.ts';
import { logitsOutput, takesTarget, withTimes } from './target.ts';
import type { Engine, Session } from './types.ts';

/** One token that was said, and what else could have been said there. */
export interface Step {
  readonly id: number;
  /** The model's own, before temperature and the rest. */
  readonly shares: Shares;
  /** Chosen by hand. */
  readonly forced: boolean;
}

export interface GenerationSettings extends ChoiceSettings {
  /** Beams that are followed side by side; 0: one text, step by step. */
  readonly beams: number;
  /** Most tokens of one go. */
  readonly most: number;
}

export const DEFAULT_GENERATION: GenerationSettings = {
  sample: false,
  temperature: 1,
  topK: 50,
  topP: 1,
  repetitionPenalty: 1,
  seed: 1,
  beams: 0,
  most: 24,
};

/** Why no further token can come. */
export type End = 'said its end' | 'the longest text';

/** Candidates that are kept of each step. */
const TOP = 8;
/** Branches that are kept. */
const BRANCHES = 6;

export interface Said {
  readonly text: string;
  readonly tokens: readonly Token[];
}

const NOTHING: Said = { text: '', tokens: [] };

export class Generation {
  readonly steps: Signal<readonly Step[]> = signal([]);
  /** What was said so far, as text; behind `steps` by a moment. */
  readonly said: Signal<Said> = signal({ text: '', tokens: [] });
  /** What may come next, null before it is known. */
  readonly next: Signal<Shares | null> = signal(null);
  readonly running: Signal<boolean> = signal(false);
  /** Tokens a second of the last go, and why its steps took nothing from a cache; null where they did. */
  readonly pace: Signal<{ readonly perSecond: number; readonly uncached: string | null } | null> = signal(null);
  readonly error: Signal<WireError | null> = signal(null);
  readonly settings: Signal<GenerationSettings> = signal(DEFAULT_GENERATION);
  /** The step that is looked at; null: the end. */
  readonly at: Signal<number | null> = signal(null);
  /** The steps whose attention is on show, null before any. */
  readonly shown: Signal<readonly Step[] | null> = signal(null);
  readonly beams = new Beams(this);
  readonly branches: Signal<readonly (readonly Step[])[]> = signal([]);
  readonly facts: GenerationFacts;
  readonly rules: Rules;
  /** True where the decoder has a text of its own that grows. */
  readonly ofTarget: boolean;
  readonly #output: string;
  /** Raised by whatever makes a step under way unwanted. */
  #turn = 0;
  /** Logits after the steps so far. */
  #logits: { readonly steps: readonly Step[]; readonly row: Float32Array; readonly step: StepResult } | null = null;
  #decoding: Promise<void> | null = null;

  /** @param base the session whose input is continued */
  constructor(
    readonly base: Session,
    private readonly ask: Engine['request'],
    private readonly host: Pick<HostChannel, 'request'>,
  ) {
    this.facts = generationFacts(base.opened.config);
    this.rules = rulesOf(base.opened.config);
    this.ofTarget = takesTarget(base.opened);
    this.#output = logitsOutput(base.opened) ?? 'logits';
  }

  /** Ids before the first step: the text's, or the decoder's start token. */
  get prompt(): readonly number[] {
    return this.ofTarget ? [this.facts.start ?? 0] : (this.base.show.run.ids ?? []);
  }

  /** The parameters of a run on everything that was said. */
  params(steps: readonly Step[] = this.steps.peek()): RunParams {
    const ids = [...this.prompt, ...steps.map(({ id }) => id)];
    return { ...this.base.show.run, ...(this.ofTarget ? { targetIds: ids } : { ids }) };
  }

  /** Logits after ids that follow the prompt. @throws HeadlightError as the engine */
  async logitsAfter(ids: readonly number[]): Promise<Float32Array> {
    const all = [...this.prompt, ...ids];
    const params = { ...this.base.show.run, ...(this.ofTarget ? { targetIds: all } : { ids: all }) };
    return (await this.ask('step', { params, output: this.#output })).logits;
  }

  /** Tokens that may still come. */
  get room(): number {
    const { maxTokens } = this.base.opened.model;
    return (maxTokens ?? Number.POSITIVE_INFINITY) - this.prompt.length - this.steps.peek().length;
  }

  get end(): End | null {
    const last = this.steps.value.at(-1);
    if (last && this.facts.ends.includes(last.id)) return 'said its end';
    return this.room <= 0 ? 'the longest text' : null;
  }

  /** Up to `most` tokens. Settles when they are there, the text ends, or something else was asked for. */
  async run(most: number): Promise<void> {
    const turn = ++this.#turn;
    this.at.value = null;
    this.running.value = true;
    const start = performance.now();
    try {
      for (let done = 0; done < most && !this.end; done++) {
        const step = await this.#take(turn);
        if (step === null) return;
        this.pace.value = { perSecond: ((done + 1) * 1000) / (performance.now() - start), uncached: step.uncached };
      }
      await this.#look(turn);
    } finally {
      if (turn === this.#turn) this.running.value = false;
    }
  }

  /** One more token; null when it is no longer wanted. */
  async #take(turn: number): Promise<StepResult | null> {
    const now = await this.#logitsNow(turn);
    if (!now) return null;
    const settings = this.settings.peek();
    const before = this.steps.peek();
    const said = [...this.prompt, ...before.map(({ id }) => id)];
    const candidates = candidatesOf(this.rules(now.row, said.slice(this.prompt.length)), settings, said);
    const { id } = drawn(candidates, randomAt(settings.seed, before.length));
    this.#append({ id, shares: sharesOf(now.row, TOP, [id]), forced: false });
    return now.step;
  }

  #append(step: Step): void {
    this.steps.value = [...this.steps.peek(), step];
    this.next.value = null;
    void this.#decode();
  }

  /** Looks at what may come next, without taking anything. */
  async look(): Promise<void> {
    await this.#look(this.#turn);
  }

  async #look(turn: number): Promise<void> {
    if (this.end) return;
    const now = await this.#logitsNow(turn);
    if (now) this.next.value = sharesOf(now.row, TOP);
  }

  async #logitsNow(turn: number) {
    const steps = this.steps.peek();
    if (this.#logits?.steps === steps) return this.#logits;
    try {
      const step = await this.ask('step', { params: this.params(steps), output: this.#output });
      if (turn !== this.#turn || this.steps.peek() !== steps) return null;
      this.error.value = null;
      this.#logits = { steps, row: step.logits, step };
      return this.#logits;
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'internal', 'The model could not go on');
      if (turn === this.#turn) this.error.value = { code, message };
      return null;
    }
  }

  /** At once: a step that is under way is forgotten when it comes. */
  stop(): void {
    this.#turn++;
    this.running.value = false;
  }

  undo(): void {
    this.#cutTo(this.steps.peek().length - 1);
    void this.look();
  }

  reset(): void {
    this.#cutTo(0);
    void this.look();
  }

  /** Puts a token of one's own at a place; what stood there and after it stays as a branch. */
  force(place: number, id: number): void {
    const at = this.steps.peek()[place];
    const shares = at?.shares ?? this.next.peek();
    if (!shares || at?.id === id) return;
    this.#cutTo(place);
    this.#append({ id, shares, forced: true });
    void this.look();
  }

  /** Goes back to a branch; what is said now becomes one. */
  restore(branch: readonly Step[]): void {
    this.#cutTo(0);
    this.branches.value = this.branches.peek().filter((other) => other !== branch);
    this.steps.value = branch;
    this.settings.value = { ...this.settings.peek(), beams: 0 };
    void this.#decode();
    void this.look();
  }

  #cutTo(length: number): void {
    this.stop();
    const steps = this.steps.peek();
    if (length < 0 || length >= steps.length) return;
    if (steps.length - length > 1) this.branches.value = [steps, ...this.branches.peek()].slice(0, BRANCHES);
    this.steps.value = steps.slice(0, length);
    this.at.value = null;
    this.next.value = null;
    void this.#decode();
  }

  /** Text of the steps, one question to the host at a time; the last state wins. */
  #decode(): Promise<void> {
    this.#decoding ??= this.#decodeNow().finally(() => {
      this.#decoding = null;
    });
    return this.#decoding;
  }

  async #decodeNow(): Promise<void> {
    for (;;) {
      const steps = this.steps.peek();
      const ids = steps.map(({ id }) => id);
      const after = this.ofTarget ? [] : this.prompt;
      try {
        const { model } = this.base.show;
        const said = ids.length === 0 ? NOTHING : await this.host.request('decode', { model: model.id, ids, after });
        this.said.value = withTimes(said, this.base.opened.config);
      } catch (error) {
        const { code, message } = asHeadlightError(error, 'internal', 'The tokens could not be read');
        this.error.value = { code, message };
        return;
      }
      if (this.steps.peek() === steps) return;
    }
  }

  /** The text of all steps, once it is there. */
  async text(): Promise<Said> {
    await this.#decoding;
    return this.said.peek();
  }

  /** The row of a run on everything said that foretold a step. */
  rowOf(step: number): number {
    return this.ofTarget ? step : this.prompt.length - 1 + step;
  }
}
