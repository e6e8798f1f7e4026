/** Every command: what it does, in a table. A failing command tells its sentence and leaves everything usable. */
import { commands, Selection as EditorSelection, env, Position, TabInputCustom, TabInputText, Uri, window, workspace } from 'vscode';
import { HeadlightError } from '../model/errors.ts';
import type { PageNotifications } from '../model/protocol/explorer.ts';
import type { PanelAction } from '../model/protocol/panel.ts';
import type { Selection } from '../model/protocol/selection.ts';
import type { App } from './app.ts';
import { markedSpans } from './editor/links.ts';
import { copyPath, exportSummary, pageFileOf } from './explore/commands.ts';
import { type Meant, twoToCompare } from './explore/compare.ts';
import { MODEL_EDITOR } from './explore/editors.ts';
import { choosePicture, isPicture, modelForPictures, noText, pictureAtCursor, pictureTab, readsPictures } from './images/pictures.ts';
import { withBoth } from './images/towers.ts';
import { showStep } from './lessons/lesson.ts';
import { Store } from './lifetime.ts';
import type { Model } from './models/model.ts';
import { addFolder, askSentence, pickHead, pickModel } from './pickers.ts';
import type { RunRequest } from './run/runs.ts';
import { copyLink, openViewFile, saveView } from './saved/commands.ts';
import { isSound, modelForSounds, noWords } from './sounds/sounds.ts';
import { choosePair, chooseText, chooseTwo, editorInUse, type Scope, typed } from './text/choose.ts';
import type { SourceText } from './text/source.ts';
import type { Node } from './views/nodes.ts';

type Handler = (app: App, ...args: unknown[]) => unknown;

const COMMANDS: Readonly<Record<string, Handler>> = {
  'headlight.visualizeAttention': (app, target) => visualize(app, target),
  'headlight.visualizeFile': (app) => visualizeText(app, 'file'),
  'headlight.visualizeFunction': (app) => visualizeText(app, 'function'),
  'headlight.visualizeSentence': visualizeSentence,
  'headlight.visualizePair': visualizePair,
  'headlight.visualizeTarget': visualizeTarget,
  'headlight.rerun': (app) => app.rerun(),
  'headlight.cancel': (app) => app.runs.cancel(),
  'headlight.tryTokenizer': (app, target) => tryTokenizer(app, target),
  'headlight.selectModel': selectModel,
  'headlight.selectVariant': (app, target, entry) => selectVariant(app, target, entry),
  'headlight.useModel': (app, node) => useModel(app, node),
  'headlight.addModelFolder': (app) => addFolder(app.models),
  'headlight.refreshModels': (app) => app.models.refresh(),
  'headlight.revealModel': (_app, node) => revealModel(node),
  'headlight.openModelPage': openModelPage,
  'headlight.copyModelPath': async (app, node) => copyPath(await modelMeant(app, node)),
  'headlight.exportModelSummary': async (app, node) => exportSummary(await modelMeant(app, node), app.readerScript),
  'headlight.compareModels': compareModels,
  'headlight.filterModels': filterModels,
  'headlight.clearModelFilter': (app) => app.tree.setFilter(''),
  'headlight.showHead': (app, node) => showHead(app, node),
  'headlight.selectHead': selectHead,
  'headlight.nextHead': (app) => act(app, 'nextHead'),
  'headlight.previousHead': (app) => act(app, 'previousHead'),
  'headlight.nextLayer': (app) => stepLayer(app, 1),
  'headlight.previousLayer': (app) => stepLayer(app, -1),
  'headlight.pin': (app, token) => app.runs.togglePin(typeof token === 'number' ? token : (app.runs.current?.selection?.query ?? null)),
  'headlight.openInPanel': (app, token) => openInPanel(app, token),
  'headlight.showPositions': (app) => showPositions(app),
  'headlight.openLessons': (app, lesson) => app.lessons.open(typeof lesson === 'string' ? lesson : undefined),
  'headlight.openBlock': (app, block) => app.blocks.show(block),
  'headlight.lesson': (app, step) => showStep(app, step),
  'headlight.export': (app) => act(app, 'export'),
  'headlight.saveView': saveViewTold,
  'headlight.copyLink': copyLinkTold,
  'headlight.openView': (app, target) => openViewFile(app, target),
  'headlight.findLinks': findLinks,
  'headlight.compare': (app) => act(app, 'compare'),
  'headlight.table': (app) => act(app, 'table'),
  'headlight.checkReference': (app) => act(app, 'check'),
  'headlight.back': (app) => act(app, 'back'),
  'headlight.forward': (app) => act(app, 'forward'),
  'headlight.focusPanel': focusPanel,
  'headlight.closePanel': (app) => app.panel.close(),
};

/** Registers every command of the table. */
export function registerCommands(app: App): Store {
  const store = new Store();
  for (const [name, handler] of Object.entries(COMMANDS)) {
    const run = async (...args: unknown[]) => {
      try {
        await handler(app, ...args);
      } catch (error) {
        app.failures.tell(error);
      }
    };
    store.add(commands.registerCommand(name, run));
  }
  return store;
}

/** Where a command was called from: a tree node, a file in the explorer, a link in a hover card, or nowhere. */
async function visualize(app: App, target: unknown): Promise<void> {
  if (isNode(target)) return visualizeWith(app, modelOf(target));
  const uri = target instanceof Uri ? target : isPlace(target) ? Uri.parse(target.document) : modelPageTab();
  if (isPlace(target)) return visualizePlace(app, target);
  if (uri && isSound(uri)) {
    await app.runs.start({ model: await modelForSounds(app.models), source: noWords(uri), sound: uri });
    return;
  }
  const picture = await pictureMeant(uri);
  if (picture) return visualizePicture(app, picture, await modelForPictures(app.models));
  const model = uri ? (target === undefined ? await app.editors.modelOf(uri) : await app.models.modelFor(uri)) : null;
  if (uri && model && looksLikeModel(uri)) return visualizeWith(app, model);
  if (uri && !isInUse(uri)) await openText(uri);
  return visualizeText(app, 'auto');
}

/** The picture file itself, the one on view, or the one whose path the cursor stands on. */
async function pictureMeant(uri: Uri | null): Promise<Uri | null> {
  if (uri && isPicture(uri)) return uri;
  if (uri && !isInUse(uri)) return null;
  return (uri ? null : pictureTab()) ?? (await pictureAtCursor(window.activeTextEditor));
}

/** Starts a run on all that its model reads. */
async function start(app: App, request: RunRequest): Promise<void> {
  const whole = await withBoth(request, app.runs.last);
  if (whole) await app.runs.start(whole);
}

async function visualizePicture(app: App, picture: Uri, model: Model, select?: Partial<Selection>): Promise<void> {
  await start(app, { model, source: noText(picture), picture, ...(select ? { select } : {}) });
}

/** The model file whose page is in front. */
function modelPageTab(): Uri | null {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputCustom && input.viewType.startsWith(MODEL_EDITOR) ? input.uri : null;
}

const MODEL_FILE = /\.(onnx|safetensors)$/;
/** A file of weights, a folder, or the configuration of a model; other files of a model's folder are texts. */
const looksLikeModel = ({ path }: Uri) => MODEL_FILE.test(path) || /(^|\/)config\.json$/.test(path) || !/\.[^/]*$/.test(path);
const isInUse = (uri: Uri) => editorInUse()?.document.uri.toString() === uri.toString();

/** @throws HeadlightError `format` for what VS Code cannot open as text */
async function openText(uri: Uri): Promise<void> {
  try {
    await window.showTextDocument(uri, { preview: true });
  } catch (error) {
    const name = uri.path.split('/').at(-1);
    const words = MODEL_FILE.test(uri.path) ? 'is no model that was found in the workspace' : 'is not text';
    throw new HeadlightError('format', `${name} ${words}. Choose a text file, or a model in Headlight’s side panel.`, { cause: error });
  }
}

async function visualizeText(app: App, scope: Scope): Promise<void> {
  const model = await app.models.needActive();
  refuseBinaryTab();
  const two = scope === 'auto' ? await sourceAndTarget(model) : null;
  await start(app, two ? { model, ...two } : { model, source: await chooseText(editorInUse(), scope) });
}

/** For a model with a decoder, the first of two selections is its source and the second what it should say. */
async function sourceAndTarget(model: Model): Promise<{ source: SourceText; target: SourceText } | null> {
  const { card } = await model.describe();
  return card.hasTarget ? chooseTwo(editorInUse()) : null;
}

/** Two selections, else the text as always and a typed target. */
async function visualizeTarget(app: App): Promise<void> {
  const model = await app.models.needActive();
  const { card } = await model.describe();
  if (!card.hasTarget) {
    const words = `${model.name} has no decoder with a text of its own. Choose a translator or a summarizer (T5, BART, Marian and their kin).`;
    throw new HeadlightError('input', words);
  }
  const two = await sourceAndTarget(model);
  const source = two?.source ?? (await chooseText(editorInUse()));
  const target = two?.target ?? (await askTarget(model, source));
  if (target) await start(app, { model, source, target });
}

async function askTarget(model: Model, { text }: SourceText): Promise<SourceText | null> {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const sentence = await askSentence(`What ${model.name} should say for “${short}”`);
  return sentence === null ? null : typed(sentence);
}

/** A tab that shows neither text nor a panel of ours is a picture or a binary file. */
function refuseBinaryTab(): void {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (window.activeTextEditor || !(input instanceof TabInputCustom || isBinaryTab(input))) return;
  const uri = input instanceof TabInputCustom ? input.uri : (input as TabInputText).uri;
  throw new HeadlightError('format', `${uri.path.split('/').at(-1)} is not shown as text. Open a text file, or type a sentence.`);
}

function isBinaryTab(input: unknown): boolean {
  return input instanceof TabInputText && !workspace.textDocuments.some(({ uri }) => uri.toString() === input.uri.toString());
}

async function visualizeWith(app: App, model: Model): Promise<void> {
  await app.models.setActive(model);
  if (await readsPictures(model)) {
    const picture = await choosePicture();
    if (picture) await visualizePicture(app, picture, model);
    return;
  }
  const editor = editorInUse();
  const source = editor && editor.document.getText().trim() !== '' ? await chooseText(editor) : null;
  const sentence = source ? null : await askSentence(`A sentence for ${model.name}`);
  if (source) await start(app, { model, source });
  else if (sentence !== null) await start(app, { model, source: typed(sentence) });
}

interface Place {
  readonly document: string;
  readonly line: number;
}

async function visualizePlace(app: App, { document, line }: Place): Promise<void> {
  const editor = await window.showTextDocument(Uri.parse(document), { preserveFocus: false });
  const at = new Position(line, 0);
  if (editor.selection.isEmpty) editor.selection = new EditorSelection(at, at);
  await visualizeText(app, 'auto');
}

async function visualizeSentence(app: App): Promise<void> {
  const model = await app.models.needActive();
  const last = app.runs.last?.source;
  const sentence = await askSentence(`A sentence for ${model.name}`, last?.uri === null ? last.text : '');
  if (sentence !== null) await start(app, { model, source: typed(sentence) });
}

/** Two selections, else two typed sentences. */
async function visualizePair(app: App): Promise<void> {
  const model = await app.models.needActive();
  const { card } = await model.describe();
  if (!card.pairs) {
    throw new HeadlightError('input', `${model.name} does not tell two texts apart. Choose a model of the BERT family for pairs.`);
  }
  const pair = choosePair(window.activeTextEditor);
  if (pair) {
    await start(app, { model, source: pair });
    return;
  }
  const first = await askSentence('The first text of the pair (premise, question)');
  const second = first === null ? null : await askSentence('The second text of the pair (hypothesis, answer)');
  if (first !== null && second !== null) await start(app, { model, source: typed(first, second) });
}

/** Of the model that was pointed at, else of the active one; begins with what is selected in the editor. */
async function tryTokenizer(app: App, target: unknown): Promise<void> {
  const model = isNode(target) ? modelOf(target) : await app.models.needActive();
  const editor = window.activeTextEditor;
  const selected = editor && !editor.selection.isEmpty ? editor.document.getText(editor.selection) : null;
  app.tokenizerPanel.show(model, selected);
}

async function saveViewTold(app: App): Promise<void> {
  const path = await saveView(app);
  if (path !== null) window.setStatusBarMessage(`$(check) Saved ${path}`, TOLD_MS);
}

async function copyLinkTold(app: App): Promise<void> {
  await copyLink(app);
  window.setStatusBarMessage('$(check) The link to this view is on the clipboard', TOLD_MS);
}

/** Time that the status bar says what was done. */
const TOLD_MS = 5000;

/** Ranks the heads by the weight between two marked words. */
function findLinks(app: App): void {
  const spans = markedSpans(editorInUse(), currentRun(app));
  app.panel.notify('links', spans);
}

async function selectModel(app: App): Promise<void> {
  const model = await pickModel(app.models);
  if (model) await switchTo(app, model);
}

async function useModel(app: App, target: unknown): Promise<void> {
  const model =
    typeof target === 'string'
      ? await app.models.byId(target)
      : isNode(target)
        ? modelOf(target)
        : target instanceof Uri
          ? await app.models.modelFor(target)
          : await pickModel(app.models);
  if (model) await switchTo(app, model);
}

/** Which form of a model is opened: asked for, or named by a caller; what is shown of that model is run again. */
async function selectVariant(app: App, target: unknown, entry: unknown): Promise<void> {
  const model = isNode(target) || target instanceof Uri ? await modelMeant(app, target) : await app.models.needActive();
  await app.chooseForm(model, typeof entry === 'string' ? entry : null);
}

/** Makes a model the active one; what is shown is run again with it. */
async function switchTo(app: App, model: Model): Promise<void> {
  await app.models.setActive(model);
  if (app.panel.isOpen && app.runs.last) await app.rerun({ model });
}

/** The model of a node or a file, else the one that the user picks. */
async function modelMeant(app: App, target: unknown): Promise<Model> {
  const model = isNode(target) ? modelOf(target) : target instanceof Uri ? await app.models.modelFor(target) : await pickModel(app.models);
  if (!model) throw new HeadlightError('cancelled', 'No model was chosen.');
  return model;
}

/** The page of a model's file; of a file by its URI, at a place in it. */
async function openModelPage(app: App, target: unknown, place?: unknown): Promise<void> {
  const named = typeof target === 'string' ? await app.models.byId(target) : null;
  const uri =
    target instanceof Uri
      ? target
      : typeof target === 'string' && !named
        ? Uri.parse(target)
        : await pageFileOf(named ?? (await modelMeant(app, target)));
  // From a menu the second argument is all that is selected.
  await app.editors.open(uri, Array.isArray(place) ? undefined : (place as PageNotifications['reveal'] | undefined));
}

/** Of the side panel or the explorer: what was clicked, or the first two of what is selected there. */
async function compareModels(app: App, target: unknown, selected?: unknown): Promise<void> {
  const all = Array.isArray(selected) && selected.length > 1 ? selected : [target, selected];
  const two = await twoToCompare(app.models, all.flatMap((one) => meant(one)).slice(0, 2));
  if (two) app.diffs.open(...two);
}

function meant(target: unknown): Meant[] {
  if (target instanceof Uri) return [target];
  if (!isNode(target)) return [];
  const model = modelOf(target);
  return [target.type === 'file' && MODEL_FILE.test(target.path) ? Uri.joinPath(model.root, target.path) : model];
}

async function filterModels(app: App): Promise<void> {
  const prompt = 'Words of a name, a place or facts: llama f16, WordPiece, cannot be used';
  const words = await window.showInputBox({ title: 'Filter Models', prompt, value: app.tree.filter });
  if (words !== undefined) app.tree.setFilter(words);
}

async function revealModel(target: unknown): Promise<void> {
  if (!isNode(target)) return;
  const { root, uri } = modelOf(target);
  if (workspace.getWorkspaceFolder(uri)) await commands.executeCommand('revealInExplorer', uri);
  else if (env.remoteName === undefined) await commands.executeCommand('revealFileInOS', uri);
  else await commands.executeCommand('vscode.openFolder', root, { forceNewWindow: true });
}

/** A head of the side panel: in the run on view when it is that model's, else of a new run. */
async function showHead(app: App, target: unknown): Promise<void> {
  if (!isNode(target) || target.type !== 'head') return;
  const { model, kind, layer, head } = target;
  const run = app.runs.current;
  if (run?.modelId === model.id) {
    app.panel.open(app.panel.title);
    app.runs.select({ kind, layer, head });
    return;
  }
  await app.models.setActive(model);
  if (await readsPictures(model)) {
    const picture = app.runs.last?.picture ?? (await choosePicture());
    if (picture) await visualizePicture(app, picture, model, { kind, layer, head });
    return;
  }
  const source = run && !run.ofPicture ? run.whole : await chooseText(editorInUse());
  await start(app, { model, source, select: { kind, layer, head } });
}

async function selectHead(app: App): Promise<void> {
  const run = currentRun(app);
  await pickHead(run, await app.models.byId(run.modelId), (selection) => app.runs.select(selection));
}

/** Actions that happen in the panel; those that ask something there bring it to the front. */
function act(app: App, action: PanelAction): void {
  currentRun(app);
  app.panel.notify('act', { action });
  if (['export', 'compare', 'table', 'check'].includes(action)) app.panel.focus();
}

/** The run on view, or where there is none one of the text at hand, at the tab of its positions. */
async function showPositions(app: App): Promise<void> {
  if (!app.runs.current) await visualize(app, null);
  app.panel.notify('look', { tab: 'positions', positions: null });
  app.panel.focus();
}

function stepLayer(app: App, by: 1 | -1): void {
  const run = currentRun(app);
  const size = run.heads();
  if (!run.selection || !size) return;
  app.runs.select({ layer: (run.selection.layer + by + size.layers) % size.layers });
}

function focusPanel(app: App): void {
  currentRun(app);
  app.panel.focus();
}

function openInPanel(app: App, token: unknown): void {
  currentRun(app);
  const selection: Partial<Selection> = typeof token === 'number' ? { query: token } : {};
  app.runs.select(selection);
  app.panel.focus();
}

function currentRun(app: App) {
  const run = app.runs.current;
  if (!run) throw new HeadlightError('input', 'Nothing is visualized yet. Select some text and run Visualize Attention.');
  return run;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && ('model' in value || 'origin' in value);
}

function modelOf(node: Node): Model {
  if (!('model' in node)) throw new HeadlightError('input', 'Choose a model.');
  return node.model;
}

function isPlace(value: unknown): value is Place {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Place).document === 'string' &&
    typeof (value as Place).line === 'number'
  );
}
