/** What it takes to run again: the text as it is now, the part of it that is on view, the text of a panel that was kept over a reload. */
import { Uri } from 'vscode';
import type { Model } from '../models/model.ts';
import { fromStretches, openDocument, typed } from '../text/choose.ts';
import type { Part } from '../text/fit.ts';
import { placeIn, type SourceText } from '../text/source.ts';
import type { Span } from '../text/tracked.ts';
import type { Run } from './run.ts';
import type { Restore } from './runs.ts';

/** What is different from the run before; what is left out stays. */
export interface Again {
  readonly model?: Model;
  /** Another part of a text beyond the model's length; a function gets the text as it is now and the place of the part on view. */
  readonly part?: Part | ((now: SourceText, shown: Span) => Part);
  /** The cursor's offset in the document. */
  readonly cursor?: number;
}

/** Where the part on view lies in the whole text as it is now, null when the whole is on view. */
export function shownNow({ shown, tracked }: Run, now: SourceText): Span | null {
  if (!shown) return null;
  const [first] = tracked?.spans ?? [];
  const start = (first ? placeIn(now, first.start) : null) ?? shown.start;
  return { start, end: Math.min(now.text.length, start + shown.end - shown.start) };
}

/** The text that a panel kept over a reload was about, as it stands in its document. */
export async function storedText({
  uri,
  stretches,
  what,
  pair,
}: Pick<Restore, 'uri' | 'stretches' | 'what' | 'pair'>): Promise<SourceText> {
  return fromStretches(await openDocument(Uri.parse(uri!)), stretches, what, pair);
}

/** The text of a source as it is in its document now. */
export async function currentText(source: SourceText, spans: readonly { start: number; end: number }[] | null): Promise<SourceText> {
  if (source.uri === null) return source;
  const document = await openDocument(Uri.parse(source.uri));
  const places = spans ?? source.pieces.map(({ start, length }) => ({ start, end: start + length }));
  const stretches = places.map(({ start, end }) => ({ start, length: end - start }));
  return fromStretches(document, stretches, source.what, source.second !== null);
}

/** The decoder's text that a panel kept. */
export function targetText({ uri, stretches, text }: NonNullable<Restore['target']>): Promise<SourceText> | SourceText {
  return uri === null ? typed(text ?? '') : storedText({ uri, stretches, what: 'the second selection', pair: false });
}
