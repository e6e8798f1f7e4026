/** Trying a model's tokenizer out: whatever page shows it (its own, the model's) asks this. */
import { HeadlightError } from '../../model/errors.ts';
import type { Tried, TryParams } from '../../model/protocol/tokenizer.ts';
import type { Model } from '../models/model.ts';
import type { Tokenizers } from '../text/tokenizers.ts';

/** Longest text that is tried: beyond it a page full of pieces helps nobody. */
const MOST_CHARACTERS = 200_000;

/** @throws HeadlightError `tokenizer` when the model has none or it cannot be used, `too-long` beyond 200,000 characters */
export async function tryText(model: Model, tokenizers: Tokenizers, { text, pair }: TryParams): Promise<Tried> {
  const length = text.length + (pair?.length ?? 0);
  if (length > MOST_CHARACTERS) {
    const words = `The text has ${length.toLocaleString('en-US')} characters; ${MOST_CHARACTERS.toLocaleString('en-US')} can be tried out.`;
    throw new HeadlightError('too-long', words);
  }
  const { card } = await model.describe();
  return { model: model.name, maxTokens: card.maxTokens, ...(await tokenizers.ask(model, 'try', { text, pair })) };
}
