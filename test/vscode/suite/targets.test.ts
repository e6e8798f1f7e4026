import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunView } from '../../../extension/api.ts';
import { closeAll, closeEditors, cursorAt, headlight, until, untitled, useModel, visualize } from './support.ts';

const ENGLISH = 'the black cat sleeps on the chair';
const FRENCH = 'le chat noir dort sur la chaise';

/** Ranges of two lines, both selected. */
function selectBoth(editor: vscode.TextEditor): void {
  editor.selections = [0, 1].map((line) => {
    const { range } = editor.document.lineAt(line);
    return new vscode.Selection(range.start, range.end);
  });
}

const wordAt = ({ target }: RunView, row: number) => {
  const token = target!.foretold![row]!;
  return target!.text.slice(token.start, token.end).trim();
};

suite('a decoder with a text of its own', () => {
  suiteSetup(() => useModel('headlight-translator'));
  suiteTeardown(async () => {
    await useModel('headlight-gpt');
    await closeAll();
  });
  teardown(closeEditors);

  test('without a target the model says it, and every row names what it reads and foretells', async () => {
    const editor = await untitled('I am a student');
    cursorAt(editor, 0, 'am');
    const { target } = await visualize('I am a student');
    assert.equal(target?.generated, true);
    assert.equal(target.text.trim(), 'je suis étudiant');
    assert.equal(target.tokens.length, target.foretold!.length);
    assert.deepEqual(
      target.tokens.slice(1).map(({ id }) => id),
      target.foretold!.slice(0, -1).map(({ id }) => id),
    );
  });

  test('of two selections the second is the target; cursor and colours go between both', async () => {
    const api = await headlight();
    const editor = await untitled(`${ENGLISH}\n${FRENCH}\n`);
    selectBoth(editor);
    const run = await visualize(ENGLISH);
    assert.equal(run.target?.generated, false);
    assert.equal(run.target.text, FRENCH);
    assert.equal(run.selection?.kind, 'cross');

    cursorAt(editor, 1, 'noir');
    const asked = await until('the row that foretells noir is chosen', () => {
      const now = api.run();
      return now?.selection?.query != null && wordAt(now, now.selection.query) === 'noir' && now.weights ? now : null;
    });
    const heaviest = asked.weights!.indexOf(Math.max(...asked.weights!));
    assert.equal(asked.text.slice(asked.tokens[heaviest]!.start, asked.tokens[heaviest]!.end).trim(), 'black');
    const outlined = await until('noir is outlined', () => api.painted()?.plan.query);
    assert.equal(editor.document.getText().slice(outlined.start, outlined.end), 'noir');

    cursorAt(editor, 0, 'cat');
    const painted = await until('the words that look at cat are painted', () => {
      const now = api.painted();
      const spans = now?.plan.steps.flat().filter(({ start }) => start > ENGLISH.length) ?? [];
      return now?.plan.query && spans.length > 0
        ? { query: now.plan.query, strongest: now.plan.steps.findLast((step) => step.length > 0)![0]! }
        : null;
    });
    const words = ({ start, end }: { start: number; end: number }) => editor.document.getText().slice(start, end);
    assert.equal(words(painted.query), 'cat');
    assert.equal(words(painted.strongest), 'chat');
  });

  test('a model without a decoder says what to choose instead', async () => {
    const api = await headlight();
    await useModel('headlight-gpt');
    await untitled('a text');
    api.forgetFailure();
    await vscode.commands.executeCommand('headlight.visualizeTarget');
    assert.match(api.failure()?.message ?? '', /no decoder with a text of its own\. Choose a translator/);
    await useModel('headlight-translator');
  });
});
