import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  closeEditors,
  cursorAt,
  golden,
  goldenRow,
  headlight,
  open,
  selectLine,
  until,
  untitled,
  useModel,
  visualize,
} from './support.ts';

/** Our card at a word, as VS Code would show it. */
async function cardAt(editor: vscode.TextEditor, line: number, word: string): Promise<vscode.MarkdownString | undefined> {
  const position = new vscode.Position(line, editor.document.lineAt(line).text.indexOf(word) + 1);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', editor.document.uri, position);
  const contents = hovers
    .flatMap((hover) => hover.contents)
    .filter((content): content is vscode.MarkdownString => typeof content === 'object' && 'value' in content);
  return contents.find(({ value }) => value.includes('command:headlight.'));
}

suite('hover cards', () => {
  suiteSetup(() => useModel('headlight-gpt'));
  teardown(closeEditors);

  test('without a run: how the active model reads the word, and a link that runs it', async () => {
    await closeAll();
    assert.equal((await headlight()).run(), null);
    const editor = await open('sentences.txt');
    const card = await cardAt(editor, 1, 'cabinet');
    assert.match(card?.value ?? '', /^\*\*cabinet\*\* · 1 token: Ġcabinet \(\d+\)\n/);
    assert.match(card!.value, /as headlight&#45;gpt reads it · \[visualize attention\]\(command:headlight\.visualizeAttention\?/);
  });

  test('with a run: the word’s tokens and the exact weights of the chosen head, largest first', async () => {
    const editor = await open('sentences.txt');
    selectLine(editor, 1);
    const run = await visualize('The keys to the cabinet are on the table.');
    const token = run.tokens.findIndex(({ piece }) => piece === 'Ġcabinet');
    const { layer, head } = run.selection!;
    const row = goldenRow(golden('headlight-gpt', 1), layer, head, token);
    const card = await until('the card is there', () => cardAt(editor, 1, 'cabinet'));
    const weights = [...card.value.matchAll(/^\| .* \| !\[[^\]]*\]\(data:[^)]*\) \| ([\d.e-]+) \|$/gm)].map((m) => Number(m[1]));
    const wanted = [...row]
      .sort((a, b) => b - a)
      .slice(0, 5)
      .filter((weight) => weight > 0);
    assert.equal(weights.length, wanted.length);
    for (const [index, weight] of weights.entries())
      assert.ok(Math.abs(weight - wanted[index]!) < 6e-4, `${weight} against ${wanted[index]}`);
    assert.ok(card.value.includes(`layer ${layer + 1} · head ${head + 1}`));
    assert.ok(card.value.length < 100_000);
    assert.deepEqual(
      typeof card.isTrusted === 'object' && card.isTrusted.enabledCommands.every((name) => name.startsWith('headlight.')),
      true,
    );
  });

  test('token text is never Markdown', async () => {
    const editor = await untitled('The <img> [key](command:evil.run) is **here** now');
    cursorAt(editor, 0, 'now');
    await visualize();
    for (const word of ['img', 'key', 'here']) {
      const card = await until(`the card of ${word} is there`, () => cardAt(editor, 0, word));
      assert.ok(!card.value.includes('command:evil'), card.value);
      assert.ok(!card.value.includes('<img'), card.value);
    }
  });

  test('they can be switched off', async () => {
    const editor = await open('sentences.txt');
    const settings = vscode.workspace.getConfiguration('headlight');
    await settings.update('hover', 'off', vscode.ConfigurationTarget.Workspace);
    try {
      assert.equal(await cardAt(editor, 1, 'cabinet'), undefined);
    } finally {
      await settings.update('hover', undefined, vscode.ConfigurationTarget.Workspace);
    }
    assert.ok(await cardAt(editor, 1, 'cabinet'));
  });
});
