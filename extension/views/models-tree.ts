/** The side panel: models → layers → heads, tensors, tokenizer, files. Children are read when somebody unfolds. */
import {
  commands,
  EventEmitter,
  MarkdownString,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  window,
  workspace,
} from 'vscode';
import { asHeadlightError } from '../../model/errors.ts';
import type { SiteKind } from '../../model/protocol/engine.ts';
import { shortSize } from '../../model/sizes.ts';
import { escapeMarkdown, shortWeight } from '../hover/card.ts';
import { Store } from '../lifetime.ts';
import { factsLine, relationsOfHead, type Stack } from '../models/card.ts';
import type { Model, Origin } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { Runs } from '../run/runs.ts';
import { Describing } from './describing.ts';
import { DropModels } from './drop.ts';
import { type Node, SECTIONS } from './nodes.ts';
import type { Tensors } from './tensors.ts';

const ORIGINS: readonly Origin[] = ['built-in', 'workspace', 'added'];
const { Collapsed, Expanded, None } = TreeItemCollapsibleState;
/** Lists of more models show their names first, and what each one is as it is read. */
const AT_ONCE = 60;

export class ModelsTree implements TreeDataProvider<Node> {
  readonly #store = new Store();
  readonly #changed = this.#store.add(new EventEmitter<Node | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #measuresShown = { count: -1 };
  readonly #view: TreeView<Node>;
  /** The same node for the same model every time: VS Code knows rows by them. */
  readonly #nodes = new Map<string, Node>();
  readonly #describing = this.#store.add(new Describing((models) => this.#told(models)));
  #filter = '';
  /** Models that VS Code has been given rows for, in the longest section; null before the view was shown. */
  listed: number | null = null;

  constructor(
    private readonly models: ModelRegistry,
    private readonly runs: Runs,
    private readonly tensors: Tensors,
  ) {
    const dragAndDropController = new DropModels(models);
    this.#view = this.#store.add(
      window.createTreeView('headlight.models', {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
        dragAndDropController,
      }),
    );
    this.#store.add(models.onDidChange(() => this.#changed.fire(undefined)));
    this.#store.add(runs.onDidUpdate(({ measures }) => this.#measured(measures.length)));
  }

  #told(models: readonly Model[]): void {
    // With a filter a description decides whether its model is shown at all.
    if (this.#filter !== '') this.#changed.fire(undefined);
    else for (const model of models) this.#changed.fire(this.#nodes.get(model.id));
  }

  get filter(): string {
    return this.#filter;
  }

  /** Shows only models whose name, place or facts hold every word; '' shows all. */
  setFilter(words: string): void {
    this.#filter = words.trim().toLowerCase();
    this.#view.message = this.#filter === '' ? '' : `Only models with “${words.trim()}”`;
    void commands.executeCommand('setContext', 'headlight.modelsFiltered', this.#filter !== '');
    this.#changed.fire(undefined);
  }

  #fits(model: Model): boolean {
    if (this.#filter === '') return true;
    const { known, name, uri } = model;
    if (!known) this.#describing.ask(model);
    const text = `${name} ${uri.path} ${known ? `${factsLine(known.card)} ${known.problem ?? ''}` : ''}`.toLowerCase();
    return this.#filter.split(/\s+/).every((word) => text.includes(word));
  }

  async #roots(): Promise<Node[]> {
    const models = (await this.models.all()).filter((model) => this.#fits(model));
    const sections = ORIGINS.filter((origin) => models.some((model) => model.origin === origin));
    const roots: Node[] = sections.map((origin) => ({ type: 'section', origin }));
    if (this.#filter !== '' && roots.length === 0)
      return [{ type: 'hint', words: 'No model fits. Show all again.', command: 'headlight.clearModelFilter' }];
    const empty = this.#filter === '' && workspace.workspaceFolders !== undefined && !sections.includes('workspace');
    const words = 'No model in this workspace. Add a folder with models…';
    return empty ? [...roots, { type: 'hint', words, command: 'headlight.addModelFolder' }] : roots;
  }

  async #modelsOf(origin: Origin): Promise<Node[]> {
    const models = (await this.models.all()).filter((model) => model.origin === origin && this.#fits(model));
    this.listed = Math.max(this.listed ?? 0, models.length);
    return models.map((model) => this.#nodeOf(model));
  }

  #nodeOf(model: Model): Node {
    const known = this.#nodes.get(model.id);
    if (known?.type === 'model' && known.model === model) return known;
    const node: Node = { type: 'model', model };
    this.#nodes.set(model.id, node);
    return node;
  }

  /** New measures change the heads' descriptions; a new selection does not. */
  #measured(count: number): void {
    if (count === this.#measuresShown.count) return;
    this.#measuresShown.count = count;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!node) return this.#roots();
    switch (node.type) {
      case 'section':
        return this.#modelsOf(node.origin);
      case 'model':
        return this.#childrenOfModel(node.model);
      case 'stack':
        return layersOf(node.model, node);
      case 'layer':
        return Array.from({ length: node.heads }, (_, head) => ({
          type: 'head',
          model: node.model,
          kind: node.kind,
          layer: node.layer,
          head,
        }));
      case 'tensors':
        return this.#tensorsOf(node.model);
      case 'files':
        return (await node.model.files()).map(({ path, size }) => ({ type: 'file', model: node.model, path, size }));
      default:
        return [];
    }
  }

  async #childrenOfModel(model: Model): Promise<Node[]> {
    const { card, problem } = await model.describe();
    const words = problem ?? model.failure;
    const nodes: Node[] = words ? [{ type: 'problem', model, words }] : [];
    const stacks = stacksOf(model, card.stacks);
    if (stacks.length === 1) nodes.push(...layersOf(model, stacks[0]!));
    else nodes.push(...stacks.map((stack): Node => ({ type: 'stack', model, ...stack })));
    const files = await model.files().catch(() => []);
    if (files.some(({ path }) => /\.(safetensors|onnx)$/.test(path))) nodes.push({ type: 'tensors', model });
    if (files.some(({ path }) => path === 'tokenizer.json')) nodes.push({ type: 'tokenizer', model });
    if (files.length > 0) nodes.push({ type: 'files', model });
    return nodes;
  }

  async #tensorsOf(model: Model): Promise<Node[]> {
    try {
      const rows = await this.tensors.list(model);
      return rows.map((row) => ({ type: 'tensor', model, ...row }));
    } catch (error) {
      return [{ type: 'problem', model, words: asHeadlightError(error, 'read', 'The tensors cannot be listed').message }];
    }
  }

  async getTreeItem(node: Node): Promise<TreeItem> {
    switch (node.type) {
      case 'section':
        return new TreeItem(SECTIONS[node.origin], Expanded);
      case 'model':
        return this.#modelItem(node.model);
      case 'stack':
        return described(new TreeItem(stackName(node.kind), Collapsed), `${node.layers} × ${node.heads}`, 'layers');
      case 'layer':
        return described(new TreeItem(`layer ${node.layer + 1}`, Collapsed), undefined, 'layers');
      case 'head':
        return this.#headItem(node);
      case 'tensors':
        return described(new TreeItem('tensors', Collapsed), undefined, 'symbol-numeric');
      case 'tensor':
        return tensorItem(node);
      case 'hint': {
        const item = described(new TreeItem(node.words, None), undefined, 'info');
        item.command = { command: node.command, title: node.words };
        return item;
      }
      case 'tokenizer':
        return this.#tokenizerItem(node.model);
      case 'files':
        return described(new TreeItem('files', Collapsed), undefined, 'files');
      case 'file':
        return fileItem(node);
      case 'problem': {
        const item = described(new TreeItem(node.words, None), undefined, 'warning');
        item.tooltip = node.words;
        return item;
      }
    }
  }

  async #modelItem(model: Model): Promise<TreeItem> {
    const description = model.known ?? (this.models.models.length <= AT_ONCE ? await model.describe() : null);
    if (!description) return this.#waitingItem(model);
    const { card, problem } = description;
    const active = (await this.models.active())?.id === model.id;
    const words = problem ?? model.failure;
    const item = new TreeItem(model.name, Collapsed);
    item.id = model.id;
    item.description = words ? `cannot be used: ${words}` : [factsLine(card), active ? 'active' : ''].filter(Boolean).join(' · ');
    item.iconPath = new ThemeIcon(words ? 'warning' : active ? 'pass-filled' : 'circle-large-outline');
    item.contextValue = words ? 'model-broken' : active ? 'model-active' : 'model-usable';
    item.tooltip = tooltip(model, factsLine(card), words);
    return item;
  }

  /** A model of a long list before its turn to be read has come. */
  #waitingItem(model: Model): TreeItem {
    this.#describing.ask(model);
    const item = described(
      new TreeItem(model.name, Collapsed),
      model.candidate.problem ? `cannot be used: ${model.candidate.problem}` : '…',
      'circle-large-outline',
    );
    item.id = model.id;
    item.contextValue = model.candidate.problem ? 'model-broken' : 'model-usable';
    return item;
  }

  #headItem({ model, kind, layer, head }: Extract<Node, { type: 'head' }>): Promise<TreeItem> {
    return model.describe().then(({ card }) => {
      const known = relationsOfHead(card, kind, layer, head);
      const item = new TreeItem(`head ${head + 1}`, None);
      const measured = this.#measureOf(model, kind, layer, head);
      const relation = known[0] ? `${known[0].relation} ${shortWeight(known[0].weight)}` : '';
      item.description = [relation, measured].filter(Boolean).join(' · ');
      item.iconPath = new ThemeIcon('eye');
      item.contextValue = 'head';
      item.tooltip = known.map(({ relation: name, weight }) => `${name}: ${shortWeight(weight)}`).join('\n');
      item.command = { command: 'headlight.showHead', title: 'Show Head', arguments: [{ type: 'head', model, kind, layer, head }] };
      return item;
    });
  }

  /** The head's entropy in the current run, in bits. */
  #measureOf(model: Model, kind: SiteKind, layer: number, head: number): string {
    const run = this.runs.current;
    if (run?.modelId !== model.id) return '';
    const entropy = run.measures.find((one) => one.kind === kind && one.layer === layer && one.head === head)?.values.entropy;
    return entropy === undefined ? '' : `${entropy.toPrecision(3)} bit`;
  }

  async #tokenizerItem(model: Model): Promise<TreeItem> {
    const { card } = await model.describe();
    const detail = [card.tokenizer?.kind, card.tokenizer?.vocabulary?.toLocaleString('en-US')].filter(Boolean).join(' ');
    const item = described(new TreeItem('tokenizer', None), detail, 'symbol-string');
    const uri = Uri.joinPath(model.root, 'tokenizer.json');
    item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, { preview: true }] };
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** Layers and heads as a run found them, else as the configuration says. */
function stacksOf(model: Model, stacks: readonly Stack[]): readonly Stack[] {
  const sites = model.opened?.sites ?? [];
  if (sites.length === 0) return stacks;
  return [...new Set(sites.map(({ kind }) => kind))].map((kind) => {
    const own = sites.filter((site) => site.kind === kind);
    return { kind, layers: Math.max(...own.map(({ layer }) => layer)) + 1, heads: Math.max(...own.map(({ heads }) => heads)) };
  });
}

function layersOf(model: Model, { kind, layers, heads }: Stack): Node[] {
  return Array.from({ length: layers }, (_, layer) => ({ type: 'layer', model, kind, layer, heads }));
}

const STACKS: Readonly<Record<SiteKind, string>> = {
  self: 'self-attention',
  encoder: 'encoder',
  decoder: 'decoder',
  cross: 'cross-attention',
  vision: 'vision',
  text: 'text',
};
const stackName = (kind: SiteKind) => STACKS[kind];

function described(item: TreeItem, description: string | undefined, icon: string): TreeItem {
  if (description !== undefined) item.description = description;
  item.iconPath = new ThemeIcon(icon);
  return item;
}

/** A tensor opens in the page of its file. */
function tensorItem({ model, name, detail, path }: Extract<Node, { type: 'tensor' }>): TreeItem {
  const item = described(new TreeItem(name, None), detail, 'symbol-field');
  const place = { tab: 'tensors', name };
  item.command = { command: 'headlight.openModelPage', title: 'Open', arguments: [Uri.joinPath(model.root, path), place] };
  return item;
}

function fileItem({ model, path, size }: Extract<Node, { type: 'file' }>): TreeItem {
  const item = described(new TreeItem(path, None), shortSize(size), 'file');
  const uri = Uri.joinPath(model.root, path);
  item.contextValue = 'file';
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, { preview: true }] };
  return item;
}

function tooltip(model: Model, facts: string, words: string | null): MarkdownString {
  const lines = [`**${escapeMarkdown(model.name)}**`, escapeMarkdown(facts), escapeMarkdown(model.uri.fsPath || model.uri.toString())];
  if (words) lines.splice(1, 0, escapeMarkdown(words));
  return new MarkdownString(lines.filter(Boolean).join('\n\n'));
}
