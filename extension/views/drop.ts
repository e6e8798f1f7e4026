/** A folder or file that is dropped on the side panel becomes one that is searched for models. */
import { type DataTransfer, FileType, type TreeDragAndDropController, Uri, workspace } from 'vscode';
import type { ModelRegistry } from '../models/registry.ts';
import type { Node } from './nodes.ts';

const URIS = 'text/uri-list';

export class DropModels implements TreeDragAndDropController<Node> {
  readonly dropMimeTypes = [URIS];
  readonly dragMimeTypes: readonly string[] = [];

  constructor(private readonly models: ModelRegistry) {}

  async handleDrop(_target: Node | undefined, dropped: DataTransfer): Promise<void> {
    const list = (await dropped.get(URIS)?.asString()) ?? '';
    for (const line of list.split(/\r?\n/).filter(Boolean)) {
      const uri = Uri.parse(line);
      const { type } = await workspace.fs.stat(uri);
      const folder = type & FileType.Directory ? uri : Uri.joinPath(uri, '..');
      // What lies in the workspace is found already.
      if (!workspace.getWorkspaceFolder(folder)) await this.models.addFolder(folder);
    }
  }
}
