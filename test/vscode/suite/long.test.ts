import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeEditors, cursorAt, headlight, until, untitled, useModel, visualize } from './support.ts';

const LINES = Array.from({ length: 200 }, (_, n) => `Line ${n} says that the keys to the cabinet are on the table.`);
const reads = (value: string | undefined) => vscode.workspace.getConfiguration('headlight').update('longTexts', value, true);

/** Lines of the document that the run's text covers, from 0. */
async function shownLines(editor: vscode.TextEditor): Promise<readonly [number, number]> {
  const run = (await headlight()).run()!;
  const start = editor.document.getText().indexOf(run.text);
  assert.ok(start >= 0, 'the run’s text stands in the document');
  return [editor.document.positionAt(start).line, editor.document.positionAt(start + run.text.length).line];
}

suite('a text beyond the model’s length', () => {
  suiteSetup(() => useModel('headlight-gpt'));
  teardown(async () => {
    await reads(undefined);
    await closeEditors();
  });

  test('the part around the cursor, or the beginning: as the user chose', async () => {
    const editor = await untitled(LINES.join('\n'));
    cursorAt(editor, 150, 'keys');
    await visualize();
    const [first, last] = await shownLines(editor);
    assert.ok(first > 100 && first <= 150 && last >= 150, `lines ${first} to ${last}`);
    await reads('beginning');
    const run = await visualize();
    assert.equal((await shownLines(editor))[0], 0);
    assert.match(run.notice ?? '', /: the beginning is shown\.$/);
  });

  test('running again keeps the part on view, wherever edits have moved it', async () => {
    const editor = await untitled(LINES.join('\n'));
    cursorAt(editor, 150, 'keys');
    await visualize();
    const [first] = await shownLines(editor);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'One more line.\n'));
    const again = await visualize(undefined, 'headlight.rerun');
    assert.equal((await shownLines(editor))[0], first + 1);
    assert.match(again.notice ?? '', /; headlight-gpt reads 256: lines \d+ to \d+ of it are shown\.$/);
  });

  test('the part follows the cursor when the user chose that, and its weights are painted there', async () => {
    await reads('follow');
    const editor = await untitled(LINES.join('\n'));
    cursorAt(editor, 2, 'keys');
    await visualize();
    assert.equal((await shownLines(editor))[0], 0);
    cursorAt(editor, 120, 'cabinet');
    const api = await headlight();
    const run = await until('the part around the cursor is shown', () => {
      const now = api.run();
      return now?.done && now.weights && now.text.includes('Line 120 says') ? now : null;
    });
    assert.ok(!run.text.includes('Line 2 says'));
    const { query } = run.selection!;
    const token = run.tokens[query!]!;
    assert.equal(run.text.slice(token.start, token.end).trim().slice(0, 3), 'cab', 'the query is the word at the cursor');
    const painted = await until('the part is painted', () => {
      const lines =
        api
          .painted()
          ?.plan.steps.flat()
          .map(({ start }) => editor.document.positionAt(start).line) ?? [];
      return lines.length > 0 && Math.min(...lines) > 80 ? lines : null;
    });
    assert.ok(Math.max(...painted) >= 120);
  });

  test('a cursor within the part only moves the query', async () => {
    await reads('follow');
    const editor = await untitled(LINES.join('\n'));
    cursorAt(editor, 2, 'keys');
    const before = await visualize();
    cursorAt(editor, 5, 'table');
    const api = await headlight();
    await until('the query follows', () => api.run()?.selection?.query !== before.selection?.query && api.run()?.weights);
    assert.equal(api.run()!.text, before.text);
  });
});
