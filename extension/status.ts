/** The status bar item: what is selected (`L3·H2 ↔ are`), or that the text has changed since the run. */
import { StatusBarAlignment, type StatusBarItem, ThemeColor, window } from 'vscode';
import { headName } from './hover/card.ts';
import { Store } from './lifetime.ts';
import type { Run } from './run/run.ts';
import type { Runs } from './run/runs.ts';
import { nameOf } from './text/lookup.ts';

const PRIORITY = 90;
const NAME_LENGTH = 24;

export class Status {
  readonly #store = new Store();
  readonly #item: StatusBarItem;

  constructor(runs: Runs) {
    this.#item = this.#store.add(window.createStatusBarItem('headlight.selection', StatusBarAlignment.Left, PRIORITY));
    this.#item.name = 'Headlight';
    this.#store.add(runs.onDidChange((run) => this.#show(run)));
    this.#store.add(runs.onDidUpdate((run) => this.#show(run)));
  }

  get text(): string {
    return this.#item.text;
  }

  #show(run: Run | null): void {
    if (!run) {
      this.#item.hide();
      return;
    }
    if (run.stale) this.#stale();
    else this.#selection(run);
    this.#item.show();
  }

  #stale(): void {
    this.#item.text = '$(warning) text changed: run again';
    this.#item.tooltip = 'The text is no longer the one that was run. Click to run again.';
    this.#item.command = 'headlight.rerun';
    this.#item.backgroundColor = new ThemeColor('statusBarItem.warningBackground');
  }

  #selection(run: Run): void {
    const { selection } = run;
    this.#item.backgroundColor = undefined;
    this.#item.command = 'headlight.selectHead';
    this.#item.text = selection ? statusText(run) : '$(loading~spin) Headlight';
    this.#item.tooltip = selection
      ? `${run.modelName}: ${headName(selection.kind, selection.layer, selection.head)}${run.pinned ? ', query pinned' : ''}. Click to choose a head.`
      : `${run.modelName} is running.`;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** `L3·H2 ↔ are`; with the kind of attention where a model has several. */
export function statusText(run: Run): string {
  const { selection } = run;
  if (!selection) return '';
  const kind = selection.kind === 'self' ? '' : `${selection.kind} `;
  const query = selection.query === null ? null : run.queryTokens[selection.query];
  // A token may spell the sign of an icon.
  const name = (query ? nameOf(run.queryText, query) : '').replaceAll('$(', '$\u200b(');
  const short = name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name;
  const head = `${kind}L${selection.layer + 1}·H${selection.head + 1}`;
  return `${run.pinned ? '$(pinned) ' : ''}${head}${short ? ` ↔ ${short}` : ''}`;
}
