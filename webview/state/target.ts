/** The decoder's text of an encoder–decoder: as it was given, or as the model says it, the most probable token at each step. */
import type { CancellationToken } from 'vscode-jsonrpc';
import { HeadlightError } from '../../model/errors.ts';
import { type GenerationFacts, generationFacts } from '../../model/generation/facts.ts';
import { rulesOf } from '../../model/generation/rules.ts';
import { secondsOf, speechRules } from '../../model/generation/speech.ts';
import { givenTokens, rowsOf, specialToken } from '../../model/generation/target.ts';
import { largestOf } from '../../model/predictions/shares.ts';
import type { Progress } from '../../model/protocol/channel.ts';
import type { OpenResult, RunParams } from '../../model/protocol/engine.ts';
import type { ShowParams, TargetText, Token } from '../../model/protocol/panel.ts';
import type { HostChannel } from '../host.ts';
import type { Engine } from './types.ts';

/** Longest text that is generated unasked, in tokens. */
const LONGEST = 256;

export interface TargetHelp {
  readonly engine: Pick<Engine, 'request'>;
  readonly host: Pick<HostChannel, 'request'> | null;
  readonly token: CancellationToken;
  readonly onProgress: (progress: Progress) => void;
}

/** Whether a model has a decoder with a text of its own. */
export const takesTarget = ({ inputs }: OpenResult): boolean => inputs.some(({ name }) => /^decoder_(input_)?ids$/.test(name));

/** The output that foretells tokens, or null for a model that ends with its hidden states. */
export const logitsOutput = ({ outputs }: OpenResult): string | null =>
  outputs.find((name) => /^(logits|lm_logits|prediction_scores)$/.test(name)) ?? null;

/**
 * What is shown, with the decoder's text and its rows. Unchanged for models without a decoder and where ids were given.
 * @throws HeadlightError `cancelled`, and what the engine says
 */
export async function withTarget(params: ShowParams, opened: OpenResult, help: TargetHelp): Promise<ShowParams> {
  const { input, run } = params;
  const { host } = help;
  if (input.kind !== 'text' || run.targetIds || !host || !takesTarget(opened)) return params;
  const facts = generationFacts(opened.config);
  const output = logitsOutput(opened);
  if (!input.target && output === null) return params;
  const said = input.target
    ? { ...input.target, tokens: await completed(params, input.target, facts, host) }
    : withTimes(await decoded(params, await generated(opened, run, facts, output!, help), host), opened.config);
  const start = await nameToken(params, facts.start ?? 0, host);
  const rows = rowsOf(said.tokens, start);
  const target: TargetText = { text: said.text, ...rows, generated: !input.target };
  return { ...params, input: { ...input, target }, run: { ...run, targetIds: rows.tokens.map(({ id }) => id) } };
}

type Host = Pick<HostChannel, 'request'>;

async function completed(params: ShowParams, { tokens }: TargetText, facts: GenerationFacts, host: Host): Promise<Token[]> {
  const ids = [...facts.forced.values(), ...facts.ends.slice(0, 1)];
  const named = new Map<number, Token>();
  for (const id of ids) named.set(id, await nameToken(params, id, host));
  return givenTokens(tokens, facts, (id) => named.get(id)!);
}

async function nameToken({ model }: ShowParams, id: number, host: Host): Promise<Token> {
  const [entry] = await host.request('vocabulary', { model: model.id, ids: [id] });
  return specialToken(id, entry?.piece || `#${id}`);
}

const decoded = ({ model }: ShowParams, ids: readonly number[], host: Host): Promise<TargetText> =>
  host.request('decode', { model: model.id, ids });

/** Time stamps called by their time, also where the tokenizer has no names for them. */
export function withTimes<T extends Pick<TargetText, 'tokens'>>(said: T, config: OpenResult['config']): T {
  const rules = speechRules(config);
  if (!rules) return said;
  const tokens = said.tokens.map((token) => {
    const seconds = secondsOf(token.id, rules);
    return seconds === null ? token : { ...token, piece: `${seconds.toFixed(2)} s`, special: true };
  });
  return { ...said, tokens };
}

/** The most probable token at each step, until the model ends its text. */
async function generated(opened: OpenResult, run: RunParams, facts: GenerationFacts, output: string, help: TargetHelp): Promise<number[]> {
  const { engine, token, onProgress } = help;
  const longest = Math.min(opened.model.maxTokens ?? LONGEST, facts.longest ?? LONGEST, LONGEST) - 1;
  const start = facts.start ?? 0;
  const rules = rulesOf(opened.config);
  const said: number[] = [];
  while (said.length < longest) {
    onProgress({ fraction: null, words: `Generating token ${said.length + 1}` });
    const { logits } = await engine.request('step', { params: { ...run, targetIds: [start, ...said] }, output }, { token, onProgress });
    if (token.isCancellationRequested) throw new HeadlightError('cancelled', 'Generating was cancelled.');
    const next = largestOf(rules(logits, said), 1)[0]!;
    said.push(next);
    if (facts.ends.includes(next)) break;
  }
  return said;
}
