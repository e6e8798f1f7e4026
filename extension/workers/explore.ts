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
import { diffAnswers } from '../explore/diff-answers.ts';
import { localFolder } from '../files/local.ts';

const port = parentPort!;
let folder: ModelFolder | undefined;
let subject: Promise<Subject> | undefined;
/** The second model, where two are compared. */
let second: Promise<Subject> | undefined;

const host = new Channel<ThreadHostRequests, Record<never, never>, ThreadRequests, Record<never, never>>(
  createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port)),
  {
    open(params) {
      folder = folderOf(params, false);
      // A configuration is asked about by itself; it is no model.
      if (params.entry.endsWith('config.json')) return null;
      subject = Subject.open(folder, params.entry, () => performance.now());
      // Whoever asks for facts is told what is wrong.
      subject.catch(() => undefined);
      return null;
    },
    openBeside(params) {
      second = Subject.open(folderOf(params, true), params.entry, () => performance.now());
      second.catch(() => undefined);
      return null;
    },
    checkConfig: ({ values }) => (folder ? configProblems(folder, values) : []),
    ...answers(opened),
    ...diffAnswers(opened, () => second ?? Promise.reject(unasked())),
  },
  {},
);

function opened(): Promise<Subject> {
  if (!subject) throw unasked();
  return subject;
}

const unasked = () => new HeadlightError('internal', 'The reader was asked before it was told what to read.');

function folderOf({ root, files }: OpenParams, beside: boolean): ModelFolder {
  if (root !== null) return localFolder(root, files);
  return {
    files,
    open(path) {
      const entry = files.find((file) => file.path === path);
      if (!entry) throw new HeadlightError('not-found', `${path} is not in the model's folder.`);
      return { name: path, size: entry.size, read: (offset, length) => host.request('read', { path, offset, length, beside }) };
    },
  };
}
