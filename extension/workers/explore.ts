/**
 * The reader of one model page, a thread of its own: a graph that takes long to read and a tensor of gigabytes hold nobody else, and all of it goes
 * with the page. Local files are read here; bytes of other places are asked of the host.
 */
import { parentPort } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { HeadlightError } from '../../model/errors.ts';
import { configProblems } from '../../model/explore/config-problems.ts';
import { Subject } from '../../model/explore/subject.ts';
import { Channel } from '../../model/protocol/channel.ts';
import type { OpenParams, ThreadHostRequests, ThreadRequests } from '../../model/protocol/explorer.ts';
import type { ModelFolder } from '../../model/source.ts';
import { answers } from '../explore/answers.ts';
import { localFolder } from '../files/local.ts';

const port = parentPort!;
let folder: ModelFolder | undefined;
let subject: Promise<Subject> | undefined;

const host = new Channel<ThreadHostRequests, Record<never, never>, ThreadRequests, Record<never, never>>(
  createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port)),
  {
    open(params) {
      folder = folderOf(params);
      // A configuration is asked about by itself; it is no model.
      if (params.entry.endsWith('config.json')) return null;
      subject = Subject.open(folder, params.entry, () => performance.now());
      // Whoever asks for facts is told what is wrong.
      subject.catch(() => undefined);
      return null;
    },
    checkConfig: ({ values }) => (folder ? configProblems(folder, values) : []),
    ...answers(opened),
  },
  {},
);

function opened(): Promise<Subject> {
  if (!subject) throw new HeadlightError('internal', 'The reader was asked before it was told what to read.');
  return subject;
}

function folderOf({ root, files }: OpenParams): ModelFolder {
  if (root !== null) return localFolder(root, files);
  return {
    files,
    open(path) {
      const entry = files.find((file) => file.path === path);
      if (!entry) throw new HeadlightError('not-found', `${path} is not in the model's folder.`);
      return { name: path, size: entry.size, read: (offset, length) => host.request('read', { path, offset, length }) };
    },
  };
}
