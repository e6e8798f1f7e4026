import assert from 'node:assert/strict';
import * as vscode from 'vscode';

suite('the extension', () => {
  test('is installed, activates and contributes its command', async () => {
    const extension = vscode.extensions.getExtension('headlight.headlight');
    assert.ok(extension, 'VS Code does not know headlight.headlight');
    await extension.activate();
    assert.ok((await vscode.commands.getCommands(true)).includes('headlight.visualizeAttention'));
  });
});
