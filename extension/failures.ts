/** Failures as people meet them: one sentence and, where there is one, a button with the next step. */
import { commands, window } from 'vscode';
import { asHeadlightError, type ErrorCode, type HeadlightError } from '../model/errors.ts';

const CHOOSE = { words: 'Choose Another Model', command: 'headlight.selectModel' };
const RERUN = { words: 'Run Again', command: 'headlight.rerun' };
const TYPE = { words: 'Type a Sentence', command: 'headlight.visualizeSentence' };

const NEXT: Readonly<Partial<Record<ErrorCode, readonly { readonly words: string; readonly command: string }[]>>> = {
  'not-found': [RERUN, CHOOSE],
  read: [RERUN, CHOOSE],
  empty: [TYPE],
  format: [CHOOSE],
  limit: [CHOOSE],
  path: [CHOOSE],
  unsupported: [CHOOSE],
  shape: [CHOOSE],
  input: [CHOOSE],
  tokenizer: [CHOOSE],
  memory: [RERUN, CHOOSE],
  runtime: [RERUN, CHOOSE],
  disposed: [RERUN],
  internal: [RERUN],
};

export class Failures {
  #last: HeadlightError | null = null;
  readonly #shown = new WeakSet<HeadlightError>();

  /** The last failure that was told, for tests. */
  get last(): HeadlightError | null {
    return this.#last;
  }

  /** The panel says this one. */
  shownInPanel(error: HeadlightError): void {
    this.#shown.add(error);
  }

  forget(): void {
    this.#last = null;
  }

  /** Tells a failure; does not wait for the answer. What the panel shows itself, where the result would be, is only remembered. */
  tell(error: unknown): void {
    const known = asHeadlightError(error, 'internal', 'Headlight failed');
    // Whoever cancelled knows it.
    if (known.code === 'cancelled') return;
    this.#last = known;
    if (this.#shown.has(known)) return;
    const steps = NEXT[known.code] ?? [];
    const shown = window.showErrorMessage(`Headlight: ${known.message}`, ...steps.map(({ words }) => words));
    void shown.then((chosen) => {
      const step = steps.find(({ words }) => words === chosen);
      if (step) void commands.executeCommand(step.command);
    });
  }
}
