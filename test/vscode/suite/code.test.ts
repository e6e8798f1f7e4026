import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { headlight, until } from './support.ts';

suite('the code of the blocks', () => {
  test('opens as it was packaged', async () => {
    await headlight();
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('headlight-code:/blocks/attention.ts'));
    assert.match(document.getText(), /^export function attention</m);
  });

  test('a classic block has a page, which goes with its tab', async () => {
    await headlight();
    const page = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('headlight.blocks'));
    await vscode.commands.executeCommand('headlight.openBlock', 'lstm');
    const tab = await until('the page of the classic blocks is open', page);
    assert.equal(tab.label, 'Classic Blocks');
    await vscode.commands.executeCommand('headlight.openBlock', 'gru');
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label === 'Classic Blocks').length, 1);
    await vscode.window.tabGroups.close(page()!);
    await until('it is closed', () => !page());
  });
});
