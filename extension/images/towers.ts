/** Models of two towers read a picture and a text together: what a command did not give is taken from the run before, or asked for. */
import type { Model } from '../models/model.ts';
import { askSentence } from '../pickers.ts';
import type { RunRequest } from '../run/runs.ts';
import { typed } from '../text/choose.ts';
import { choosePicture } from './pictures.ts';

export async function readsBoth(model: Model): Promise<boolean> {
  const { card, problem } = await model.describe();
  return card.input === 'text and image' && problem === null;
}

/** The request with all that its model reads; null when the user cancelled. @param last the run before, whose other half stays */
export async function withBoth(request: RunRequest, last: RunRequest | null): Promise<RunRequest | null> {
  if (!(await readsBoth(request.model))) return request;
  const before = last?.model.id === request.model.id ? last : null;
  const picture = request.picture ?? before?.picture ?? (await choosePicture());
  if (!picture) return null;
  if (request.source.text.trim() !== '') return { ...request, picture };
  const source = before && before.source.text.trim() !== '' ? before.source : null;
  const sentence = source ? null : await askSentence(`A sentence for ${request.model.name} to compare the picture with`);
  if (source) return { ...request, picture, source };
  return sentence === null ? null : { ...request, picture, source: typed(sentence) };
}
