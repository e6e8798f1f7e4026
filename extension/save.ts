/** Bytes into a file that the user chooses. */
import { Uri, window, workspace } from 'vscode';

/** The path, null when the user cancelled. */
export async function saveAs(name: string, bytes: Uint8Array): Promise<{ path: string | null }> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog(folder ? { defaultUri: Uri.joinPath(folder, name) } : {});
  if (!target) return { path: null };
  await workspace.fs.writeFile(target, bytes);
  return { path: target.fsPath };
}
