import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { headlight } from './support.ts';

suite('the code of the blocks', () => {
  test('opens as it was packaged', async () => {
    await headlight();
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('headlight-code:/blocks/attention.ts'));
    assert.match(document.getText(), /^export function attention</m);
  });
});
