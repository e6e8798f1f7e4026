/** Hover on a key of a model's `config.json`: what it sets, and the way to where the model's page shows it. */
import { Hover, languages, MarkdownString, type Position, Range, type TextDocument } from 'vscode';
import { CARD_COMMANDS, commandLink, escapeMarkdown } from '../hover/card.ts';
import { Store } from '../lifetime.ts';
import type { ModelRegistry } from '../models/registry.ts';
import { pageFileOf } from './commands.ts';
import { keyAt, meaningOf } from './config-text.ts';

export class ConfigHovers {
  readonly #store = new Store();

  constructor(private readonly models: ModelRegistry) {
    const provideHover = (document: TextDocument, position: Position) => this.#provide(document, position);
    this.#store.add(languages.registerHoverProvider({ pattern: '**/config.json' }, { provideHover }));
  }

  async #provide(document: TextDocument, position: Position): Promise<Hover | null> {
    const found = keyAt(document.lineAt(position.line).text, position.character);
    const meaning = found && meaningOf(found.key);
    if (!found || !meaning) return null;
    const model = await this.models.modelFor(document.uri);
    if (!model) return null;
    // A folder without weights has no page.
    const page = await pageFileOf(model).catch(() => null);
    const link = page
      ? `  \n${commandLink(`show in ${model.name}`, 'headlight.openModelPage', page.toString(), { tab: meaning.tab, name: null })}`
      : '';
    const text = new MarkdownString(`**${escapeMarkdown(found.key)}** · ${escapeMarkdown(meaning.words)}${link}`);
    text.isTrusted = { enabledCommands: [...CARD_COMMANDS] };
    return new Hover(text, new Range(position.line, found.start, position.line, found.end));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
