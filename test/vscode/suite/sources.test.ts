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
    assert.deepEqual(
      words,
      run.tokens.map(({ start, end }) =>
        run.text.slice(start, end).trim() === '' ? run.text.slice(start, end) : run.text.slice(start, end).trimStart(),
      ),
    );
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
