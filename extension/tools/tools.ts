/**
 * Tools that an assistant in the editor may call: facts about a model, and attention between two words of a run. Where VS Code has no language
 * models, or none are allowed, nothing is registered. Nothing is sent anywhere by Headlight: whoever calls a tool gets its text.
 */
import { type CancellationToken, LanguageModelTextPart, type LanguageModelTool, LanguageModelToolResult, lm } from 'vscode';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { App } from '../app.ts';
import { modelsNamed } from '../code/strings.ts';
import { summaryText } from '../explore/commands.ts';
import { Store } from '../lifetime.ts';
import type { Model } from '../models/model.ts';
import { typed } from '../text/choose.ts';
import { nameOf } from '../text/lookup.ts';
import { between, type HeadWeight, linkWords, tokensOf } from './words.ts';

export interface DescribeInput {
  /** Name or path; left out: the active model. */
  readonly model?: string;
}

export interface AttentionInput extends DescribeInput {
  readonly text: string;
  readonly query: string;
  readonly key: string;
  /** Which time the word stands in the text, from 1. */
  readonly queryOccurrence?: number;
  readonly keyOccurrence?: number;
  /** From 1, as on screen; left out: all. */
  readonly layer?: number;
  readonly head?: number;
}

/** @returns what was registered; empty where VS Code has no such tools */
export function registerTools(app: App): Store {
  const store = new Store();
  // Older versions and editors without chat have no `lm`.
  if (typeof (lm as typeof lm | undefined)?.registerTool !== 'function') return store;
  store.add(lm.registerTool('headlight_describe_model', describeTool(app)));
  store.add(lm.registerTool('headlight_attention_between_words', attentionTool(app)));
  return store;
}

function describeTool(app: App): LanguageModelTool<DescribeInput> {
  return {
    prepareInvocation: ({ input }) => ({ invocationMessage: `Reading the facts of ${input.model ?? 'the active model'}` }),
    invoke: ({ input }) => told(async () => summaryText(await modelNamed(app, input.model), app.readerScript)),
  };
}

function attentionTool(app: App): LanguageModelTool<AttentionInput> {
  return {
    prepareInvocation: ({ input }) => ({
      invocationMessage: `Running ${input.model ?? 'the active model'} on a text of ${input.text.length} characters`,
    }),
    invoke: ({ input }, token) => told(() => attention(app, input, token)),
  };
}

/** A failure is told to whoever asked, in its sentence: it says what to do. */
async function told(work: () => Promise<string>): Promise<LanguageModelToolResult> {
  const text = await work().catch((error) => `Headlight: ${asHeadlightError(error, 'internal', 'The tool failed').message}`);
  return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
}

/** @throws HeadlightError `not-found` with the names that there are */
async function modelNamed(app: App, name: string | undefined): Promise<Model> {
  if (name === undefined || name.trim() === '') return app.models.needActive();
  const models = await app.models.all();
  const found = modelsNamed(
    name,
    '',
    models.map((model) => ({ path: model.uri.path, name: model.name, model })),
  )[0];
  if (found) return found.model;
  throw new HeadlightError(
    'not-found',
    `There is no model ${name}. There are: ${models
      .slice(0, 30)
      .map((model) => model.name)
      .join(', ')}.`,
  );
}

async function attention(app: App, input: AttentionInput, token: CancellationToken): Promise<string> {
  const model = await modelNamed(app, input.model);
  const run = await app.runs.start({ model, source: typed(input.text) });
  const { text, tokens } = run.input;
  const queries = tokensOf(text, tokens, input.query, input.queryOccurrence);
  const keys = tokensOf(text, tokens, input.key, input.keyOccurrence);
  const sites = (run.result?.sites ?? []).filter(
    ({ kind, layer }) => /^(self|encoder|text)$/.test(kind) && (input.layer === undefined || layer === input.layer - 1),
  );
  const weights: HeadWeight[] = [];
  for (const { kind, layer, heads } of sites) {
    for (let head = 0; head < heads; head++) {
      if (input.head !== undefined && head !== input.head - 1) continue;
      const rows = await Promise.all(queries.map((query) => app.panel.row({ kind, layer, head, token: query, direction: 'from' }, token)));
      weights.push({ kind, layer, head, weight: between(rows, keys) });
    }
  }
  if (weights.length === 0) throw new HeadlightError('not-found', `${model.name} has no such head that looks from a text at itself.`);
  const names = (members: readonly number[]) => members.map((i) => nameOf(text, tokens[i]));
  return linkWords({ model: model.name, text, query: input.query, key: input.key, queries: names(queries), keys: names(keys) }, weights);
}
