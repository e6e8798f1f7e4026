/** Problems of a model's `config.json` in the editor, while it is open: at the key that each is about, with a sentence. */
import { CodeActionKind, Diagnostic, DiagnosticSeverity, languages, type Range, type TextDocument, type Uri, workspace } from 'vscode';
import { asHeadlightError } from '../../model/errors.ts';
import type { ConfigProblem } from '../../model/explore/config-problems.ts';
import { Store } from '../lifetime.ts';
import { fixesOf, rangeOf } from './config-fixes.ts';
import { folderOf } from './folder.ts';
import { Reader } from './reader.ts';

/** Quiet time after the last change of the text. */
const SETTLE_MS = 400;
const SEVERITIES = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, hint: DiagnosticSeverity.Information } as const;
/** Keys by which a `config.json` is known as a model's. */
const OF_A_MODEL = ['model_type', 'architectures', '_class_name', 'transformers_version'];

export class ConfigDiagnostics {
  readonly #store = new Store();
  readonly #shown = this.#store.add(languages.createDiagnosticCollection('headlight'));
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What is marked in each open document. */
  readonly #problemsOf = new Map<string, readonly ConfigProblem[]>();

  constructor(private readonly script: Uri) {
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#later(document)));
    this.#store.add(workspace.onDidChangeTextDocument(({ document }) => this.#later(document)));
    this.#store.add(
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#forget(uri);
        this.#shown.delete(uri);
        this.#problemsOf.delete(uri.toString());
      }),
    );
    for (const document of workspace.textDocuments) this.#later(document);
    const provideCodeActions = (document: TextDocument, range: Range) =>
      fixesOf(document, range, this.#problemsOf.get(document.uri.toString()) ?? []);
    const kinds = { providedCodeActionKinds: [CodeActionKind.QuickFix] };
    this.#store.add(languages.registerCodeActionsProvider({ pattern: '**/config.json' }, { provideCodeActions }, kinds));
  }

  #forget(uri: Uri): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
  }

  #later(document: TextDocument): void {
    if (!/(^|\/)config\.json$/.test(document.uri.path) || document.uri.scheme === 'git') return;
    this.#forget(document.uri);
    this.#timers.set(
      document.uri.toString(),
      setTimeout(() => void this.#check(document), SETTLE_MS),
    );
  }

  async #check(document: TextDocument): Promise<void> {
    const { uri, version } = document;
    this.#timers.delete(uri.toString());
    const values = valuesOf(document);
    const problems = values ? await this.#problems(uri, values) : [];
    if (document.isClosed || document.version !== version || this.#store.disposed) return;
    this.#problemsOf.set(uri.toString(), problems);
    this.#shown.set(
      uri,
      problems.map((problem) => diagnosticOf(document, problem)),
    );
  }

  /** A folder that cannot be read has no problems that could be told here: VS Code tells that itself. */
  async #problems(uri: Uri, values: Readonly<Record<string, unknown>>): Promise<readonly ConfigProblem[]> {
    const folder = await folderOf(uri).catch(() => null);
    if (!folder) return [];
    let reader: Reader | undefined;
    try {
      reader = await Reader.start(this.script, folder);
      return await reader.channel.request('checkConfig', { values });
    } catch (error) {
      return [
        { key: null, severity: 'warning', message: asHeadlightError(error, 'internal', 'The configuration was not checked').message },
      ];
    } finally {
      reader?.dispose();
    }
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#store.dispose();
  }
}

/** The configuration of a model; null for other files of that name and for text that is no JSON yet, which VS Code marks itself. */
function valuesOf(document: TextDocument): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(document.getText());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return OF_A_MODEL.some((key) => key in value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function diagnosticOf(document: TextDocument, { key, message, severity }: ConfigProblem): Diagnostic {
  const diagnostic = new Diagnostic(rangeOf(document, key), message, SEVERITIES[severity]);
  diagnostic.source = 'Headlight';
  return diagnostic;
}
