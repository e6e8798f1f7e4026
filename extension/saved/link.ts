/** Links that open a view: `vscode://headlight.headlight/view?v=…`. What a link names lies in the workspace or comes with the extension. */
import { env, type Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { readView, type SavedView } from '../../model/protocol/saved-view.ts';
import { isInWorkspace } from './places.ts';

const AUTHORITY = 'headlight.headlight';
/** Longer addresses are cut by some programs. */
const LONGEST = 16_000;

export const isLink = ({ authority }: Uri): boolean => authority === AUTHORITY;

/** @throws HeadlightError `too-long`, or `input` for a picture outside the workspace */
export function linkTo(view: SavedView): string {
  const sent = JSON.stringify(withoutOutside(view));
  const link = `${env.uriScheme}://${AUTHORITY}/view?v=${Buffer.from(sent, 'utf8').toString('base64url')}`;
  if (link.length <= LONGEST) return link;
  throw new HeadlightError('too-long', 'This text is too long for a link. Save the view as a file instead (Headlight: Save View…).');
}

/** A text of a file elsewhere goes with the link as a text of its own. */
function withoutOutside(view: SavedView): SavedView {
  const { input } = view;
  if ('picture' in input) {
    if (isInWorkspace(input.picture)) return view;
    throw new HeadlightError('input', 'A link leads only to pictures of the workspace. Save the view as a file instead.');
  }
  if (input.document === null || isInWorkspace(input.document)) return view;
  return { ...view, input: { ...input, document: null, stretches: [] } };
}

/** @throws HeadlightError `format` for another link, `path` for one that names a file outside the workspace */
export function viewInLink(uri: Uri): SavedView {
  const coded = new URLSearchParams(uri.query).get('v');
  if (uri.path !== '/view' || !coded) throw new HeadlightError('format', 'This link is none of Headlight’s. Copy it again.');
  const view = readView(Buffer.from(coded, 'base64url').toString('utf8'), 'The link');
  const file = 'picture' in view.input ? view.input.picture : view.input.document;
  if (file === null || isInWorkspace(file)) return view;
  throw new HeadlightError('path', 'This link names a file outside the workspace, which a link may not. Nothing was opened.');
}
