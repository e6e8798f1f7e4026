/**
 * The page of a lesson: its Markdown as VS Code itself renders it, in a view without scripts whose links may run the commands of the lessons and
 * nothing else. VS Code's own preview follows no command links, and a walkthrough hides its page as soon as the panel stands beside it.
 */
import { readFile } from 'node:fs/promises';
import { commands, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';

/** Lessons by id, in their order: file and title. */
export const LESSONS = {
  attention: ['1-attention.md', 'Attention in one sentence'],
  verbs: ['2-subject-and-verb.md', 'Heads that find subject and verb'],
  positions: ['3-positions.md', 'The order of words'],
  translator: ['4-translator.md', 'Encoder, decoder, cross-attention'],
  pictures: ['5-pictures.md', 'Pictures as patches'],
  before: ['6-before-attention.md', 'Blocks before attention'],
} as const;

type LessonId = keyof typeof LESSONS;
const IDS = Object.keys(LESSONS) as LessonId[];

export class LessonPage {
  #view: WebviewPanel | undefined;

  constructor(private readonly extension: Uri) {}

  /** @throws HeadlightError `not-found` for a lesson that there is not */
  async open(id: unknown = IDS[0]): Promise<void> {
    if (typeof id !== 'string' || !Object.hasOwn(LESSONS, id)) throw new HeadlightError('not-found', 'There is no such lesson.');
    const lesson = id as LessonId;
    const folder = Uri.joinPath(this.extension, 'media/lessons');
    const [file, title] = LESSONS[lesson];
    const markdown = await readFile(Uri.joinPath(folder, file).fsPath, 'utf8');
    const body = await commands.executeCommand<string>('markdown.api.render', markdown);
    const view = this.#shown(folder);
    view.title = title;
    const style = view.webview.asWebviewUri(Uri.joinPath(folder, 'lesson.css')).toString();
    view.webview.html = page(lesson, body, view.webview.cspSource, style);
    view.reveal(undefined, false);
  }

  #shown(folder: Uri): WebviewPanel {
    if (this.#view) return this.#view;
    const options = {
      enableCommandUris: ['headlight.lesson', 'headlight.openBlock', 'headlight.openLessons'],
      localResourceRoots: [folder],
    };
    this.#view = window.createWebviewPanel('headlight.lesson', 'Lesson', { viewColumn: ViewColumn.Active }, options);
    this.#view.onDidDispose(() => {
      this.#view = undefined;
    });
    return this.#view;
  }

  dispose(): void {
    this.#view?.dispose();
  }
}

function page(lesson: LessonId, body: string, source: string, style: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}">
<link rel="stylesheet" href="${style}">
<title>${LESSONS[lesson][1]}</title>
</head>
<body>
<nav aria-label="Lessons"><ol>${IDS.map((id) => item(id, id === lesson)).join('')}</ol></nav>
<main>${body}</main>
</body>
</html>`;
}

function item(id: LessonId, isHere: boolean): string {
  const link = `command:headlight.openLessons?${encodeURIComponent(JSON.stringify([id]))}`;
  return `<li><a href="${link}"${isHere ? ' aria-current="page"' : ''}>${LESSONS[id][1]}</a></li>`;
}
