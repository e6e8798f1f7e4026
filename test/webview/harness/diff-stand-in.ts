/** Stands in for VS Code around the page that compares two models: asks the harness what the page asks the reader thread. */
import { createMessageConnection } from 'vscode-jsonrpc/browser';
import { HeadlightError } from '../../../model/errors.ts';
import { Channel } from '../../../model/protocol/channel.ts';
import type { DiffHostNotifications, DiffHostRequests, DiffNotifications, DiffReaderRequests } from '../../../model/protocol/diff.ts';
import { unpacked } from './packed.ts';
import { PageReader, PageWriter, pageApi } from './stand-in-transport.ts';

const query = new URLSearchParams(location.search);
document.body.className = query.get('theme') ?? 'vscode-dark';
const told: { name: string; value: unknown }[] = [];
const saved: { name: string; bytes: Uint8Array }[] = [];

const ask =
  <M extends keyof DiffReaderRequests>(method: M) =>
  async (params: DiffReaderRequests[M]['params']): Promise<DiffReaderRequests[M]['result']> => {
    const response = await fetch(`/ask/${method}${location.search}`, { method: 'POST', body: JSON.stringify(params) });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { code: HeadlightError['code']; message: string } };
    if (error) throw new HeadlightError(error.code, error.message);
    return unpacked(result) as DiffReaderRequests[M]['result'];
  };
const write = (name: string) => (value: unknown) => {
  told.push({ name, value });
  return null;
};
const nameOf = (folder: string, entry: string) => `${query.get(folder)?.split('/').at(-1)}/${query.get(entry)}`;

const host = new Channel<Record<never, never>, DiffNotifications, DiffHostRequests, DiffHostNotifications>(
  createMessageConnection(new PageReader(), new PageWriter()),
  {
    structure: ask('structure'),
    differences: ask('differences'),
    names: () => ({ base: nameOf('folder', 'entry'), other: nameOf('otherFolder', 'otherEntry'), kept: null }),
    swap: write('swap'),
    openTensor: write('openTensor'),
    copy: write('copy'),
    save({ name, bytes }) {
      saved.push({ name, bytes });
      return { path: `/${name}` };
    },
  },
  { ready: write('ready') },
);

Object.assign(globalThis, { headlightHost: { told, saved, host }, acquireVsCodeApi: pageApi });
