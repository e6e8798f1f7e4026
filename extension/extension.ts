/** Where VS Code comes in. Nothing is read and nothing is started before somebody asks for it. */
import type { ExtensionContext } from 'vscode';
import { type HeadlightApi, makeApi } from './api.ts';
import { App } from './app.ts';

export type { HeadlightApi } from './api.ts';

export function activate(context: ExtensionContext): HeadlightApi {
  const began = performance.now();
  const app = new App(context);
  context.subscriptions.push(app);
  return makeApi(app, performance.now() - began);
}
