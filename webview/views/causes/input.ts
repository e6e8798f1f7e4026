/** The input of a changed run: words exchanged, tokens hidden. */
import { HeadlightError } from '../../../model/errors.ts';
import { edited } from '../../../model/predictions/edits.ts';
import type { RunParams } from '../../../model/protocol/engine.ts';
import type { TextInput } from '../../../model/protocol/panel.ts';
import type { HostChannel } from '../../host.ts';
import type { Change } from '../../state/causes.ts';
import type { Session } from '../../state/types.ts';

type Word = Extract<Change, { readonly kind: 'word' }>;

export interface ChangedInput {
  readonly params: RunParams;
  /** Where a position of the source text is now. */
  readonly moved: (position: number) => number;
}

/**
 * @param changes those of heads are passed over
 * @returns null where the input is what it was
 * @throws HeadlightError `unsupported` for texts that are more than one whole text in the tokenizer's eyes (pairs, cut texts)
 */
export async function changedInput(
  session: Session,
  host: Pick<HostChannel, 'request'>,
  changes: readonly Change[],
): Promise<ChangedInput | null> {
  const { input, run } = session.show;
  if (input.kind !== 'text') return null;
  const word = changes.find((change): change is Word => change.kind === 'word');
  const base = word
    ? await exchanged(session.show.model.id, input, run, word, host)
    : { params: run, moved: (position: number) => position };
  const hidden = changes.flatMap((change) => (change.kind === 'hide' ? [base.moved(change.token)] : []));
  if (hidden.length === 0) return word ? base : null;
  return { params: edited(base.params, hidden, { how: 'hide' }).params, moved: base.moved };
}

/** The text with other words in the place of some tokens, tokenized as a whole. */
async function exchanged(
  model: string,
  input: TextInput,
  run: RunParams,
  word: Word,
  host: Pick<HostChannel, 'request'>,
): Promise<ChangedInput> {
  const encode = (text: string) => host.request('encode', { model, text, specials: true });
  const before = await encode(input.text);
  if (before.ids.join() !== (run.ids ?? []).join()) {
    throw new HeadlightError(
      'unsupported',
      'A word can be exchanged only in a text that the model reads whole and alone: this one is cut, or one of a pair.',
    );
  }
  const { start } = input.tokens[word.from]!;
  const { end } = input.tokens[word.to]!;
  const after = await encode(input.text.slice(0, start) + word.text + input.text.slice(end));
  const longer = after.ids.length - before.ids.length;
  const params = { ...run, ids: after.ids, ...(run.typeIds && { typeIds: after.typeIds }) };
  return { params, moved: (position) => (position >= word.to ? position + longer : position) };
}

/** The tokens of the word that a token belongs to. */
export function wordAround({ tokens }: TextInput, token: number): readonly [from: number, to: number] {
  const { word, segment } = tokens[token]!;
  if (word === null) return [token, token];
  let [from, to] = [token, token];
  while (tokens[from - 1]?.word === word && tokens[from - 1]!.segment === segment) from--;
  while (tokens[to + 1]?.word === word && tokens[to + 1]!.segment === segment) to++;
  return [from, to];
}
