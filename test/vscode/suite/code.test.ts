import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { headlight } from './support.ts';

suite('the code of the blocks', () => {
  test('opens as it was packaged, and cannot be edited', async () => {
    await headlight();
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('headlight-code:/blocks/attention.ts'));
    assert.match(document.getText(), /^export function attention</m);
    assert.equal(document.languageId, 'typescript');
    const editor = await vscode.window.showTextDocument(document);
    const edited = await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'x')).then(undefined, () => false);
    assert.equal(document.getText().startsWith('x') && edited && document.isDirty, false);
    await assert.rejects(Promise.resolve(vscode.workspace.openTextDocument(vscode.Uri.parse('headlight-code:/blocks/none.ts'))));
  });
});
