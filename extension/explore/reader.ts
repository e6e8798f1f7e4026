/** The host's end of a model page's reader thread. Ending the thread settles everything that was asked of it. */
import type { Uri } from 'vscode';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { HeadlightError } from '../../model/errors.ts';
import { Channel } from '../../model/protocol/channel.ts';
import type { OpenParams, ThreadHostRequests, ThreadRequests } from '../../model/protocol/explorer.ts';
import { openFolder } from '../files/bytes.ts';
import { Store } from '../lifetime.ts';
import type { FolderOf } from './folder.ts';

type None = Record<never, never>;
export type ReaderChannel = Channel<ThreadRequests, None, ThreadHostRequests, None>;

export class Reader {
  readonly #store = new Store();

  private constructor(readonly channel: ReaderChannel) {}

  /**
   * Starts a thread that opens the file at once, before anybody asks for its facts.
   * @param other a second model that shall be compared with it
   * @throws HeadlightError `runtime` when the thread cannot be started
   */
  static async start(script: Uri, first: FolderOf, other?: FolderOf): Promise<Reader> {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(script.fsPath);
    worker.unref();
    const folders = [first, other ?? first].map(({ root, files }) => openFolder(root, files));
    const requests = {
      read: ({ path, offset, length, beside }: ThreadHostRequests['read']['params']) =>
        folders[beside ? 1 : 0]!.open(path).read(offset, length),
    };
    const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
    const reader = new Reader(new Channel<ThreadRequests, None, ThreadHostRequests, None>(connection, requests, {}));
    // A thread that dies of what it reads, or of its own script, leaves no question open.
    let failure = '';
    worker.on('error', (error: Error) => {
      failure = `: ${error.message}`;
      reader.dispose();
    });
    worker.once('exit', () => reader.dispose());
    reader.#store.add(reader.channel);
    reader.#store.add({ dispose: () => void worker.terminate() });
    try {
      await reader.channel.request('open', paramsOf(first));
      if (other) await reader.channel.request('openBeside', paramsOf(other));
    } catch (error) {
      reader.dispose();
      throw new HeadlightError('runtime', `The thread that reads ${first.entry} stopped${failure}. Open it again.`, { cause: error });
    }
    return reader;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const paramsOf = ({ root, files, entry }: FolderOf): OpenParams => ({ root: root.scheme === 'file' ? root.fsPath : null, files, entry });
