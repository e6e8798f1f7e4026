/** The side panel: models → layers → heads, tensors, tokenizer, files. Children are read when somebody unfolds. */
import { EventEmitter, MarkdownString, ThemeIcon, type TreeDataProvider, TreeItem, TreeItemCollapsibleState, Uri, window } from 'vscode';
import { asHeadlightError } from '../../model/errors.ts';
import type { SiteKind } from '../../model/protocol/engine.ts';
import { shortSize } from '../../model/sizes.ts';
import { escapeMarkdown, shortWeight } from '../hover/card.ts';
import { Store } from '../lifetime.ts';
import { factsLine, relationsOfHead, type Stack } from '../models/card.ts';
import type { Model, Origin } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { Runs } from '../run/runs.ts';
import { type Node, SECTIONS } from './nodes.ts';
import type { Tensors } from './tensors.ts';

const ORIGINS: readonly Origin[] = ['built-in', 'workspace', 'added'];
const { Collapsed, Expanded, None } = TreeItemCollapsibleState;

export class ModelsTree implements TreeDataProvider<Node> {
  readonly #store = new Store();
  readonly #changed = this.#store.add(new EventEmitter<Node | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #measuresShown = { count: -1 };

  constructor(
    private readonly models: ModelRegistry,
    private readonly runs: Runs,
    private readonly tensors: Tensors,
  ) {
    this.#store.add(window.createTreeView('headlight.models', { treeDataProvider: this, showCollapseAll: true }));
    this.#store.add(models.onDidChange(() => this.#changed.fire(undefined)));
    this.#store.add(runs.onDidUpdate(({ measures }) => this.#measured(measures.length)));
  }

  /** New measures change the heads' descriptions; a new selection does not. */
  #measured(count: number): void {
    if (count === this.#measuresShown.count) return;
    this.#measuresShown.count = count;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!node) {
      const models = await this.models.all();
      return ORIGINS.filter((origin) => models.some((model) => model.origin === origin)).map((origin) => ({ type: 'section', origin }));
    }
    switch (node.type) {
      case 'section':
        return (await this.models.all()).filter(({ origin }) => origin === node.origin).map((model) => ({ type: 'model', model }));
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
        return described(new TreeItem(node.name, None), node.detail, 'symbol-field');
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
    const { card, problem } = await model.describe();
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
