import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunView } from '../../../extension/api.ts';
import { stepOf } from '../../../extension/editor/steps.ts';
import {
  closeEditors,
  cursorAt,
  type Golden,
  golden,
  goldenRow,
  goldenText,
  headlight,
  open,
  selectLine,
  until,
  untitled,
  useModel,
  visualize,
} from './support.ts';

const KEYS = 'The keys to the cabinet are on the table.';
/** Float32 sums of at most a hundred weights in another order than PyTorch's. */
const TOLERANCE = 1e-5;

function assertClose(actual: Float32Array, expected: Float32Array, where: string): void {
  assert.equal(actual.length, expected.length, where);
  for (const [index, value] of expected.entries()) {
    const distance = Math.abs(actual[index]! - value);
    assert.ok(distance <= TOLERANCE, `${where}, key ${index}: ${actual[index]} against ${value}`);
  }
}

/** Every row of every head, as the live panel has it, against Hugging Face. */
async function assertEqualsGolden(run: RunView, expected: Golden): Promise<void> {
  const api = await headlight();
  assert.deepEqual(
    run.tokens.map(({ id }) => id),
    expected.ids,
  );
  for (const layer of expected.layers.keys()) {
    for (let head = 0; head < expected.heads; head++) {
      for (const token of expected.ids.keys()) {
        const row = await api.row({ kind: 'self', layer, head, token, direction: 'from' });
        assertClose(row, goldenRow(expected, layer, head, token), `layer ${layer} head ${head} query ${token}`);
      }
    }
  }
}

const tokenNamed = (run: RunView, word: string) => run.tokens.findIndex(({ start, end }) => run.text.slice(start, end).trim() === word);

/** The row of the current selection, once it belongs to the token. */
async function selected(token: number): Promise<RunView> {
  const api = await headlight();
  return until(`token ${token} is selected`, () => {
    const run = api.run();
    return run?.selection?.query === token && run.weights ? run : null;
  });
}

suite('visualize attention', () => {
  suiteSetup(() => useModel('headlight-gpt'));
  teardown(async () => {
    await closeEditors();
    await useModel('headlight-gpt');
  });

  test('the weights of the built-in GPT equal Hugging Face, in every head', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    await assertEqualsGolden(await visualize(KEYS), golden('headlight-gpt', 1));
  });

  test('the weights of the built-in BERT equal Hugging Face, in every head', async () => {
    await useModel('headlight-bert');
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    await assertEqualsGolden(await visualize(KEYS), golden('headlight-bert', 0));
  });

  test('a whole file of code, line breaks and indents included', async () => {
    await open('code.py');
    const run = await visualize(goldenText('headlight-gpt', 3), 'headlight.visualizeFile');
    const expected = golden('headlight-gpt', 3);
    assert.deepEqual(
      run.tokens.map(({ id }) => id),
      expected.ids,
    );
    const api = await headlight();
    for (const token of [0, 17, 60, 89]) {
      assertClose(
        await api.row({ kind: 'self', layer: 3, head: 2, token, direction: 'from' }),
        goldenRow(expected, 3, 2, token),
        `query ${token}`,
      );
    }
  });

  test('without a selection it is the paragraph at the cursor', async () => {
    const editor = await open('story.md');
    cursorAt(editor, 5, 'drawer');
    await visualize(editor.document.lineAt(5).text);
  });

  test('several selections are one text, each token in its own place', async () => {
    const editor = await open('sentences.txt');
    const first = editor.document.lineAt(1).range;
    const second = editor.document.lineAt(5).range;
    // The cursor is in the second: a causal model looks back from there over both.
    editor.selections = [new vscode.Selection(second.start, second.end), new vscode.Selection(first.start, first.end)];
    const run = await visualize(`${KEYS}\n${editor.document.lineAt(5).text}`);
    const painted = (await headlight()).painted();
    const offsets = painted!.plan.steps.flat().map(({ start }) => editor.document.positionAt(start).line);
    assert.deepEqual([...new Set(offsets)].sort(), [1, 5]);
    assert.ok(run.tokens.length > 15);
  });

  test('the cursor chooses the query, and the source is painted with its row', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const run = await visualize(KEYS);
    const expected = golden('headlight-gpt', 1);
    const { layer, head } = run.selection!;
    const pictures = new Set<string>();
    for (const word of ['keys', 'cabinet', 'are', 'table']) {
      cursorAt(editor, 1, word);
      const token = run.tokens.findIndex(({ start, end }) => start <= KEYS.indexOf(word) + 1 && KEYS.indexOf(word) + 1 < end);
      const now = await selected(token);
      const row = goldenRow(expected, layer, head, token);
      assertClose(now.weights!, row, word);
      const { plan, uri } = await until('the row is painted', async () => {
        const painted = (await headlight()).painted();
        const query = painted?.plan.query;
        return query && editor.document.getText().slice(query.start, query.end).startsWith(word.slice(0, 3)) ? painted : null;
      });
      assert.equal(uri, editor.document.uri.toString());
      const lineStart = editor.document.offsetAt(new vscode.Position(1, 0));
      const steps = plan.steps
        .flatMap((spans, index) => spans.map(({ start }) => ({ start: start - lineStart, step: index + 1 })))
        .sort((a, b) => a.start - b.start);
      const wanted = run.tokens.flatMap(({ start, end }, key) => {
        const step = stepOf(row[key]!, 'linear');
        const blank = KEYS.slice(start, end).length - KEYS.slice(start, end).trimStart().length;
        return step > 0 ? [{ start: start + blank, step }] : [];
      });
      assert.deepEqual(steps, wanted, word);
      pictures.add(JSON.stringify(plan));
    }
    assert.equal(pictures.size, 4);
  });

  test('another head repaints; the status bar says which', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const run = await visualize(KEYS);
    cursorAt(editor, 1, 'are');
    const token = tokenNamed(run, 'are');
    await selected(token);
    const { layer, head } = run.selection!;
    const api = await headlight();
    assert.equal(api.status(), `L${layer + 1}·H${head + 1} ↔ are`);
    await vscode.commands.executeCommand('headlight.nextHead');
    const next = (layer * 4 + head + 1) % 16;
    const now = await until('the next head is selected', () => {
      const view = api.run();
      return view?.selection && view.selection.layer * 4 + view.selection.head === next ? view : null;
    });
    await until('its weights are there', () => api.run()?.weights);
    assertClose(api.run()!.weights!, goldenRow(golden('headlight-gpt', 1), Math.floor(next / 4), next % 4, token), 'next head');
    assert.equal(api.status(), `L${now.selection!.layer + 1}·H${now.selection!.head + 1} ↔ are`);
    await vscode.commands.executeCommand('headlight.previousHead');
    await until('the first head is back', () => api.run()?.selection?.head === head && api.run()?.selection?.layer === layer);
  });

  test('a pinned query stays where it is', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const run = await visualize(KEYS);
    cursorAt(editor, 1, 'are');
    await selected(tokenNamed(run, 'are'));
    await vscode.commands.executeCommand('headlight.pin');
    cursorAt(editor, 1, 'table');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const api = await headlight();
    assert.equal(api.run()?.selection?.query, tokenNamed(run, 'are'));
    assert.equal(api.run()?.pinned, true);
    await vscode.commands.executeCommand('headlight.pin');
    cursorAt(editor, 1, 'on');
    await selected(tokenNamed(run, 'on'));
  });

  test('an edit makes it stale, undo mends it, running again takes the new text', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    await visualize(KEYS);
    const api = await headlight();
    cursorAt(editor, 0, 'Mary');
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'Once, '));
    assert.equal(api.run()?.stale, false, 'an edit elsewhere is none of its business');
    await editor.edit((edit) => edit.replace(new vscode.Range(1, 4, 1, 8), 'key'));
    await until('it is stale', () => api.run()?.stale);
    assert.match(api.status(), /text changed: run again/);
    const dim = api.painted()!.plan.steps.findLastIndex((spans) => spans.length > 0);
    assert.ok(dim < 6, `step ${dim + 1} is not dimmed`);
    await vscode.commands.executeCommand('undo');
    await until('undo mends it', () => api.run()?.stale === false);
    await editor.edit((edit) => edit.replace(new vscode.Range(1, 4, 1, 8), 'key'));
    await until('it is stale again', () => api.run()?.stale);
    const again = await visualize(undefined, 'headlight.rerun');
    assert.equal(again.text, 'The key to the cabinet are on the table.');
    assert.equal(api.run()?.stale, false);
  });

  test('closing the panel takes every decoration away', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    await visualize(KEYS);
    const api = await headlight();
    assert.ok(api.painted());
    await vscode.commands.executeCommand('headlight.closePanel');
    await until('nothing is painted', () => api.painted() === null);
    assert.equal(api.run(), null);
  });

  test('nothing is left behind by ten rounds of opening and closing', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const api = await headlight();
    const round = async () => {
      await visualize(KEYS);
      await vscode.commands.executeCommand('headlight.closePanel');
      await until('the panel is closed', () => !api.panelIsOpen());
    };
    await round();
    const before = api.disposables();
    for (let n = 0; n < 10; n++) await round();
    assert.equal(api.disposables(), before);
  }).timeout(600_000);

  test('a text beyond the model’s length is cut around the cursor, and it is said', async () => {
    const sentence = 'The keys to the cabinet are on the table.';
    const editor = await untitled(Array.from({ length: 200 }, () => sentence).join('\n'));
    cursorAt(editor, 150, 'keys');
    const run = await visualize();
    assert.ok(run.tokens.length <= 256);
    assert.match(run.notice ?? '', /^The text has 2,\d{3} tokens; headlight-gpt reads 256: lines 1[34]\d to 1[56]\d of it are shown\.$/);
    const api = await headlight();
    const lines = api
      .painted()!
      .plan.steps.flat()
      .map(({ start }) => editor.document.positionAt(start).line);
    assert.ok(Math.min(...lines) > 120 && Math.max(...lines) < 180);
  });

  test('activation reads no model and cuts no text: it is told, and far from a second', async () => {
    const { activationMs } = await headlight();
    console.log(`      activation: ${activationMs.toFixed(1)} ms (50 wanted on a quiet machine)`);
    assert.ok(activationMs < 500, `${activationMs.toFixed(1)} ms`);
  });
});
