/** Which picture a command means, which model reads it, and what the panel needs to know of that model. */
import { TabInputCustom, type TextEditor, Uri, window, workspace } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { readProcessor } from '../../model/processor.ts';
import type { ImageInput } from '../../model/protocol/panel.ts';
import { readJson } from '../models/describe.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { SourceText } from '../text/source.ts';
import { isPicturePath, picturePathAt } from './path.ts';

export const isPicture = ({ path }: Uri): boolean => isPicturePath(path);

/** The picture that the active tab shows, null when it shows something else. */
export function pictureTab(): Uri | null {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputCustom && /imagePreview/i.test(input.viewType) && isPicture(input.uri) ? input.uri : null;
}

const LANGUAGES: ReadonlySet<string> = new Set(['markdown', 'html', 'mdx', 'vue', 'svelte', 'astro']);

/**
 * The picture whose path the cursor stands on, in Markdown and HTML; null where it stands on none, or text is selected.
 * @throws HeadlightError `not-found` when the path leads nowhere
 */
export async function pictureAtCursor(editor: TextEditor | undefined): Promise<Uri | null> {
  if (!editor?.selection.isEmpty || !LANGUAGES.has(editor.document.languageId)) return null;
  const { document, selection } = editor;
  const path = picturePathAt(document.lineAt(selection.active.line).text, selection.active.character);
  if (path === null) return null;
  const folder = workspace.getWorkspaceFolder(document.uri)?.uri;
  const uri = path.startsWith('/') && folder ? Uri.joinPath(folder, path) : Uri.joinPath(document.uri, '..', path);
  await mustExist(uri);
  return uri;
}

async function mustExist(uri: Uri): Promise<void> {
  try {
    await workspace.fs.stat(uri);
  } catch (error) {
    throw new HeadlightError('not-found', `${nameOf(uri)} is not there. Correct the path, or choose the picture in the explorer.`, {
      cause: error,
    });
  }
}

export const nameOf = (uri: Uri): string => uri.path.split('/').at(-1) ?? uri.path;

/**
 * The active model if it reads pictures, else the built-in one, else the first that does.
 * @throws HeadlightError `not-found` when no model reads pictures
 */
export async function modelForPictures(models: ModelRegistry): Promise<Model> {
  const active = await models.active();
  if (active && (await readsPictures(active, true))) return active;
  const all = await models.all();
  const builtInFirst = [...all].sort((a, b) => Number(b.origin === 'built-in') - Number(a.origin === 'built-in'));
  for (const model of builtInFirst) if (await readsPictures(model)) return model;
  throw new HeadlightError('not-found', 'No model that reads pictures was found. Put one into the workspace, or add a folder with models.');
}

/** @param withText whether a model counts that reads a text besides */
export async function readsPictures(model: Model, withText = false): Promise<boolean> {
  const { card, problem } = await model.describe();
  return (card.input === 'image' || (withText && card.input === 'text and image')) && problem === null;
}

/** What the page needs beside the picture's own file. @throws HeadlightError `unsupported`, `format` */
export async function imageInput(model: Model, picture: Uri): Promise<Omit<ImageInput, 'uri'>> {
  const folder = await model.folder();
  const read = (name: string) => readJson(folder, name);
  const [preprocessor, config] = await Promise.all([readProcessor(read, 'image_processor'), read('config.json')]);
  if (preprocessor === null) {
    const words = 'has no preprocessor_config.json, which says how its pictures are prepared. Put that file into the model’s folder.';
    throw new HeadlightError('unsupported', `${model.name} ${words}`);
  }
  return { kind: 'image', name: nameOf(picture), preprocessor, config };
}

/** The text of a run on a picture: there is none. */
export const noText = (picture: Uri): SourceText => ({
  uri: null,
  text: '',
  pieces: [],
  second: null,
  cursor: 0,
  what: `the picture ${nameOf(picture)}`,
});

/** The picture that is open, else one that the user chooses; null when cancelled. */
export async function choosePicture(): Promise<Uri | null> {
  const open = pictureTab();
  if (open) return open;
  const filters = { Pictures: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp'] };
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const chosen = await window.showOpenDialog({ filters, title: 'A picture to look at', ...(folder ? { defaultUri: folder } : {}) });
  return chosen?.[0] ?? null;
}
