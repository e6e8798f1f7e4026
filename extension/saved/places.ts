/** Places in saved views and links: they hold on another machine that has the same workspace. */
import { Uri, workspace } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import type { Place } from '../../model/protocol/saved-view.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';

const BUILT_IN = 'built-in:';
const WORKSPACE = 'workspace:';

export const placeOfModel = (model: Model): Place => (model.origin === 'built-in' ? `${BUILT_IN}${model.name}` : placeOf(model.uri));

export function placeOf(uri: Uri): Place {
  const folder = workspace.getWorkspaceFolder(uri)?.uri;
  const base = folder && `${folder.path.replace(/\/$/, '')}/`;
  if (!base || !uri.path.startsWith(base)) return uri.toString();
  return `${WORKSPACE}${uri.path.slice(base.length)}`;
}

export const isInWorkspace = (place: Place): boolean => place.startsWith(WORKSPACE);

/** The URIs that a place may mean: one in every folder of the workspace. */
function urisOf(place: Place): Uri[] {
  if (!isInWorkspace(place)) return /^[a-z][a-z0-9+.-]+:/i.test(place) ? [Uri.parse(place)] : [];
  const path = place.slice(WORKSPACE.length);
  return (workspace.workspaceFolders ?? []).map(({ uri }) => Uri.joinPath(uri, path)).filter((uri) => workspace.getWorkspaceFolder(uri));
}

/** The first of them that is there, or null. */
export async function fileAt(place: Place): Promise<Uri | null> {
  for (const uri of urisOf(place)) {
    const there = await Promise.resolve(workspace.fs.stat(uri)).then(
      () => true,
      () => false,
    );
    if (there) return uri;
  }
  return null;
}

/** @throws HeadlightError `not-found` */
export async function modelAt(models: ModelRegistry, place: Place, name: string): Promise<Model> {
  const found = place.startsWith(BUILT_IN) ? await builtIn(models, place.slice(BUILT_IN.length)) : await ofFile(models, place);
  if (found) return found;
  throw new HeadlightError('not-found', `The model ${name} of this view is not there. Put it into the workspace, or add its folder.`);
}

const builtIn = async (models: ModelRegistry, name: string): Promise<Model | undefined> =>
  (await models.all()).find((model) => model.origin === 'built-in' && model.name === name);

async function ofFile(models: ModelRegistry, place: Place): Promise<Model | null> {
  for (const uri of urisOf(place)) {
    const model = await models.modelFor(uri);
    if (model) return model;
  }
  return null;
}
