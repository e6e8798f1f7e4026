/** Hover on a string in code that names a model, or a tensor of a model whose page is open. Only what is known already is said: no file is read. */
import { Hover, languages, MarkdownString, type Position, Range, type TextDocument, Uri, workspace } from 'vscode';
import { shortType } from '../../model/explore/types.ts';
import { shortSize } from '../../model/sizes.ts';
import type { ModelEditors } from '../explore/editors.ts';
import { CARD_COMMANDS, commandLink, escapeMarkdown } from '../hover/card.ts';
import { Store } from '../lifetime.ts';
import { factsLine } from '../models/card.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import { modelsNamed, stringAt } from './strings.ts';

const LANGUAGES = ['python', 'typescript', 'javascript', 'typescriptreact', 'javascriptreact', 'json', 'jsonc', 'yaml', 'toml'];
/** Models of one name that are told. */
const MOST = 3;

export class CodeHovers {
  readonly #store = new Store();

  constructor(
    private readonly models: ModelRegistry,
    private readonly editors: ModelEditors,
  ) {
    const provideHover = (document: TextDocument, position: Position) => this.#provide(document, position);
    this.#store.add(languages.registerHoverProvider(LANGUAGES, { provideHover }));
  }

  async #provide(document: TextDocument, position: Position): Promise<Hover | null> {
    if (workspace.getConfiguration('headlight').get<string>('hover', 'always') === 'off') return null;
    const found = stringAt(document.lineAt(position.line).text, position.character);
    if (!found) return null;
    const words = this.#tensor(found.text) ?? (await this.#models(found.text, document));
    if (!words) return null;
    const text = new MarkdownString(words);
    text.isTrusted = { enabledCommands: [...CARD_COMMANDS] };
    return new Hover(text, new Range(position.line, found.start, position.line, found.end));
  }

  #tensor(name: string): string | null {
    const cards = this.editors.pages.flatMap((page) => {
      const row = page.tensors.get(name);
      if (!row) return [];
      const { dtype, shape, values, bytes } = row;
      const place = { tab: 'tensors', name };
      return [
        [
          `**${escapeMarkdown(name)}** · ${shortType(dtype)} ${escapeMarkdown(shape.join(' × ') || 'scalar')}`,
          `${values.toLocaleString('en')} values · ${shortSize(bytes)} · ${escapeMarkdown(page.uri.path.split('/').slice(-2).join('/'))}`,
          commandLink('statistics and values', 'headlight.openModelPage', page.uri.toString(), place),
        ].join('  \n'),
      ];
    });
    return cards.length > 0 ? cards.slice(0, MOST).join('\n\n---\n\n') : null;
  }

  async #models(text: string, document: TextDocument): Promise<string | null> {
    // The first scan may still be under way; whoever hovers does not wait for it.
    const named = this.models.models.map((model) => ({ path: model.uri.path, name: model.name, model }));
    const found = modelsNamed(text, Uri.joinPath(document.uri, '..').path, named);
    if (found.length === 0) return null;
    return (await Promise.all(found.slice(0, MOST).map(({ model }) => modelCard(model)))).join('\n\n---\n\n');
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** What the model is. Its small files are read once, whoever asks first. */
async function modelCard(model: Model): Promise<string> {
  const { card, problem } = model.known ?? (await model.describe());
  const words = problem ?? model.failure;
  return [
    `**${escapeMarkdown(model.name)}** · ${escapeMarkdown(factsLine(card) || 'a model')}`,
    words ? `*${escapeMarkdown(words)}*` : null,
    [
      commandLink('model page', 'headlight.openModelPage', model.id),
      commandLink('set as active model', 'headlight.useModel', model.id),
    ].join(' · '),
  ]
    .filter(Boolean)
    .join('  \n');
}
