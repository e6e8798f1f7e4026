/** The view on screen as something that can be written down, and the way back. */
import { Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import type { SavedText, SavedView } from '../../model/protocol/saved-view.ts';
import type { App } from '../app.ts';
import { noText } from '../images/pictures.ts';
import { formOf } from '../models/model.ts';
import { fromStretches, openDocument, typed } from '../text/choose.ts';
import type { SourceText } from '../text/source.ts';
import { fileAt, modelAt, placeOf, placeOfModel } from './places.ts';

/** What is shown now. @throws HeadlightError `input` when nothing is */
export async function viewNow(app: App): Promise<SavedView> {
  const { current, last } = app.runs;
  if (!current?.result || !last)
    throw new HeadlightError('input', 'Nothing is visualized yet. Select some text and run Visualize Attention.');
  const { selection, look } = await app.panel.look();
  return {
    headlight: 1,
    model: { name: last.model.name, place: placeOfModel(last.model), ...(last.model.chosen ? { variant: last.model.chosen } : {}) },
    input: last.picture
      ? { picture: placeOf(last.picture) }
      : { ...savedText(current.source), ...(last.target ? { target: last.target.text } : {}) },
    selection,
    look,
  };
}

function savedText({ text, second, uri, pieces, what }: SourceText): SavedText {
  const stretches = pieces.map(({ start, length }) => ({ start, length }));
  return { text, second, document: uri === null ? null : placeOf(Uri.parse(uri)), stretches, what };
}

/** Runs the model of a saved view on its text or picture and shows it as it was. @throws HeadlightError `not-found` */
export async function openView(app: App, { model: { name, place, variant }, input, selection, look }: SavedView): Promise<void> {
  const model = await modelAt(app.models, place, name);
  if (variant && variant !== model.chosen) await app.models.choose(model, await formOf(model, variant));
  await app.models.setActive(model);
  const picture = 'picture' in input ? await pictureOf(input.picture) : null;
  const source = picture ? noText(picture) : await sourceOf(input as SavedText);
  const target = 'target' in input && input.target !== undefined ? typed(input.target) : null;
  await app.runs.start({ model, source, ...(target ? { target } : {}), ...(picture ? { picture } : {}), select: selection, look });
}

async function pictureOf(place: string): Promise<Uri> {
  const uri = await fileAt(place);
  if (uri) return uri;
  throw new HeadlightError(
    'not-found',
    `The picture ${place.split('/').at(-1)} of this view is not there. Put it back into the workspace.`,
  );
}

/** The text in its document where it still stands there, else by itself: a saved view always shows the text that was saved. */
async function sourceOf(saved: SavedText): Promise<SourceText> {
  const uri = saved.document === null ? null : await fileAt(saved.document);
  if (uri) {
    const source = fromStretches(await openDocument(uri), saved.stretches, saved.what, saved.second !== null);
    if (source.text === saved.text) return source;
  }
  const { text, second } = saved;
  return second === null ? typed(text) : typed(text.slice(0, second - 1), text.slice(second));
}
