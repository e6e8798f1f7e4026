/** Shows a step of a lesson in the real panel: runs what it needs, unless that is on view already, and selects head and word. */
import { Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import type { App } from '../app.ts';
import { noText } from '../images/pictures.ts';
import type { Model } from '../models/model.ts';
import type { Run } from '../run/run.ts';
import { typed } from '../text/choose.ts';
import { STEPS, type Step } from './steps.ts';
import { tokenOf } from './word.ts';

/** @throws HeadlightError `input` for a step that no lesson has */
export async function showStep(app: App, id: unknown): Promise<void> {
  const step = typeof id === 'string' && Object.hasOwn(STEPS, id) ? STEPS[id]! : null;
  if (!step) throw new HeadlightError('input', 'No lesson has this step. Open the lessons with “Headlight: Open Lessons”.');
  const model = await builtIn(app, step.model);
  const run = onView(app, step, model) ?? (await start(app, step, model));
  app.runs.select({ ...step.head, ...wordsOf(run, step) });
  app.panel.notify('look', { tab: step.tab, positions: step.positions ?? null });
}

async function builtIn(app: App, name: string): Promise<Model> {
  const model = (await app.models.all()).find((one) => one.origin === 'built-in' && one.name === name);
  if (!model) throw new HeadlightError('not-found', `The built-in model ${name} is missing. Install Headlight again.`);
  return model;
}

/** The current run, where it is what the step is about. */
function onView({ runs: { current, last }, panel }: App, step: Step, model: Model): Run | null {
  if (!current?.result || current.modelId !== model.id || !panel.isOpen) return null;
  const samePicture = (last?.picture?.path.endsWith(`/${step.picture}`) ?? false) && step.picture !== undefined;
  const sameText = !current.ofPicture && current.source.text === step.text && current.targetSource?.text === step.target;
  return samePicture || sameText ? current : null;
}

async function start(app: App, { text, picture, target, head }: Step, model: Model): Promise<Run> {
  if (picture !== undefined) {
    const uri = Uri.joinPath(app.extension, 'media/samples', picture);
    return app.runs.start({ model, source: noText(uri), picture: uri, select: head });
  }
  return app.runs.start({ model, source: typed(text!), ...(target === undefined ? {} : { target: typed(target) }), select: head });
}

/** The tokens that a step's words became. */
function wordsOf(run: Run, { head: { kind }, query, key }: Step): Partial<Selection> {
  const { input, target } = run;
  const queries = kind === 'cross' ? target?.foretold : kind === 'decoder' ? target?.tokens : input.tokens;
  const queryText = kind === 'cross' || kind === 'decoder' ? target?.text : input.text;
  const keys = kind === 'decoder' ? target?.tokens : input.tokens;
  const keyText = kind === 'decoder' ? target?.text : input.text;
  return {
    ...(query === undefined ? {} : { query: typeof query === 'number' ? query : tokenOf(queries ?? [], queryText ?? '', query) }),
    key: key === undefined ? null : tokenOf(keys ?? [], keyText ?? '', key),
  };
}
