import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeEditors, cursorAt, headlight, open, until, untitled, useModel, visualize } from './support.ts';

suite('text from anywhere', () => {
  suiteSetup(() => useModel('headlight-gpt'));
  teardown(async () => {
    await closeEditors();
    await useModel('headlight-gpt');
  });

  test('an untitled document', async () => {
    const editor = await untitled('The dogs that the farmer sees bark.');
    const run = await visualize('The dogs that the farmer sees bark.');
    const painted = (await headlight()).painted();
    assert.equal(painted?.uri, editor.document.uri.toString());
    assert.ok(run.tokens.length >= 8);
  });

  test('a virtual document', async () => {
    const provider = vscode.workspace.registerTextDocumentContentProvider('headlight-test', {
      provideTextDocumentContent: () => 'Anna met Peter in the park.',
    });
    try {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('headlight-test:/letter.txt'));
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
      await visualize('Anna met Peter in the park.');
    } finally {
      provider.dispose();
    }
  });

  test('a cell of a notebook', async () => {
    const cells = ['The keys are here.', 'The cat was tired.'].map(
      (text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, text, 'markdown'),
    );
    cells.push(new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'total = 0', 'python'));
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData(cells));
    await vscode.window.showNotebookDocument(notebook, { viewColumn: vscode.ViewColumn.One, selections: [new vscode.NotebookRange(2, 3)] });
    await vscode.commands.executeCommand('notebook.cell.edit');
    await until('the cell is being edited', () => vscode.window.activeTextEditor?.document.getText() === 'total = 0');
    await visualize('total = 0');
    const painted = (await headlight()).painted();
    assert.equal(painted?.uri, notebook.cellAt(2).document.uri.toString());
  });

  test('line breaks of Windows keep every token in its place', async () => {
    const editor = await untitled('The keys\r\nare on\r\nthe table.');
    await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
    cursorAt(editor, 2, '.');
    const run = await visualize('The keys\r\nare on\r\nthe table.');
    const painted = (await headlight()).painted()!;
    const text = editor.document.getText();
    const words = painted.plan.steps
      .flat()
      .sort((a, b) => a.start - b.start)
      .map(({ start, end }) => text.slice(start, end));
    // A line break of two characters is one to people, and painted once.
    const wanted = run.tokens
      .map(({ start, end }) => run.text.slice(start, end))
      .map((word) => (word.trim() === '' ? word : word.trimStart()));
    assert.deepEqual(words, wanted.join('|').replaceAll('\r|\n', '\r\n').split('|'));
  });

  test('emoji, accents and scripts: ranges are whole characters of the source', async () => {
    const content = 'Zoë 🙂 鍵 مفتاح ключ';
    const editor = await untitled(content);
    cursorAt(editor, 0, 'ч');
    const run = await visualize(content);
    // The bytes of one character are several tokens of the same range.
    const ranges = new Map(run.tokens.map(({ start, end }) => [start, content.slice(start, end)]));
    assert.equal([...ranges.values()].join(''), content);
    const painted = (await headlight()).painted()!;
    for (const { start, end } of painted.plan.steps.flat()) {
      const characters = editor.document.getText().slice(start, end);
      assert.ok(characters.length > 0 && !/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(characters), JSON.stringify(characters));
    }
  });

  for (const [name, content, place] of [
    ['Arabic with vowel signs', 'مُحَمَّد يَقْرَأُ كِتَابًا.', 'كِ'],
    ['Japanese', '鍵は机の上にあるけれど、誰も「が゙」と読まない。', 'と'],
    ['families and flags', 'Us: 👩‍👩‍👧‍👦 and 🇩🇪🇯🇵, 👍🏽 done.', 'done'],
    ['combining marks', 'Z\u0061\u0308hne und a\u0323\u0302 z\u0310\u0301\u0322 Ende.', 'Ende'],
    ['code with tabs', 'def f(x):\n\tif x:\n\t\treturn "é"\n\treturn None', 'def'],
  ] as const) {
    test(`decorations sit on whole characters, without overlap: ${name}`, async () => {
      const editor = await untitled(content, name.startsWith('code') ? 'python' : 'plaintext');
      const at = editor.document.positionAt(
        content.indexOf(place) + (name.startsWith('code') ? content.length - content.indexOf(place) : 1),
      );
      editor.selection = new vscode.Selection(at, at);
      const run = await visualize(undefined, 'headlight.visualizeFile');
      assert.equal(run.text, content);
      const { plan } = (await headlight()).painted()!;
      const borders = new Set([content.length]);
      for (const { index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(content)) borders.add(index);
      const spans = plan.steps.flat().sort((a, b) => a.start - b.start);
      assert.ok(spans.length > 3);
      for (const [n, { start, end }] of spans.entries()) {
        assert.ok(borders.has(start) && borders.has(end), `${JSON.stringify(content.slice(start, end))} parts a character`);
        assert.ok(n === 0 || start >= spans[n - 1]!.end, 'two colours on one character');
      }
      const query = run.tokens[run.selection!.query!]!;
      const outlined = content.slice(plan.query!.start, plan.query!.end);
      assert.ok(outlined.includes(content.slice(query.start, query.end).trim()), `${outlined} is outlined`);
      const past = run.tokens.slice(0, run.selection!.query! + 1).filter(({ start, end }) => end > start);
      for (const { start, end } of past) {
        const own =
          content.slice(start, end).trim() === ''
            ? end - 1
            : start + content.slice(start, end).length - content.slice(start, end).trimStart().length;
        assert.ok(
          spans.some((span) => span.start <= own && own < span.end),
          `${JSON.stringify(content.slice(start, end))} is not painted`,
        );
      }
    });
  }

  test('two selections as a pair, for a model that tells two texts apart', async () => {
    await useModel('headlight-bert');
    const editor = await open('sentences.txt');
    const [first, second] = [2, 3].map((line) => editor.document.lineAt(line).range);
    editor.selections = [new vscode.Selection(first!.start, first!.end), new vscode.Selection(second!.start, second!.end)];
    const run = await visualize(`${editor.document.lineAt(2).text}\n${editor.document.lineAt(3).text}`, 'headlight.visualizePair');
    const segments = run.tokens.map(({ segment }) => segment);
    assert.deepEqual([...new Set(segments)], [0, 1]);
    const placed = run.tokens.filter(({ special }) => !special).map(({ start, end }) => run.text.slice(start, end).toLowerCase());
    assert.equal(placed.filter((word) => word === 'wide').length, 1);
    assert.equal(placed.filter((word) => word === 'tired').length, 1);
  });

  test('a pair for a model that knows only one text is refused with a sentence', async () => {
    await open('sentences.txt');
    const api = await headlight();
    api.forgetFailure();
    await vscode.commands.executeCommand('headlight.visualizePair');
    assert.match(api.failure()?.message ?? '', /^headlight-gpt does not tell two texts apart\./);
  });
});
