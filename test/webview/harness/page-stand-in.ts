/** Stands in for VS Code around the model page: asks the harness what the page asks the reader thread, and writes down what it tells its host. */
import { createMessageConnection } from 'vscode-jsonrpc/browser';
import { HeadlightError } from '../../../model/errors.ts';
import { Channel } from '../../../model/protocol/channel.ts';
import type { PageHostNotifications, PageHostRequests, PageNotifications, ReaderRequests } from '../../../model/protocol/explorer.ts';
import { unpacked } from './packed.ts';
import { PageReader, PageWriter, pageApi } from './stand-in-transport.ts';

const query = new URLSearchParams(location.search);
document.body.className = query.get('theme') ?? 'vscode-dark';
const told: { name: string; value: unknown }[] = [];
const saved: { name: string; bytes: Uint8Array }[] = [];

const ask =
  <M extends keyof ReaderRequests | 'tryText'>(method: M) =>
  async (params: PageHostRequests[M]['params']): Promise<PageHostRequests[M]['result']> => {
    const response = await fetch(`/ask/${method}${location.search}`, { method: 'POST', body: JSON.stringify(params) });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { code: HeadlightError['code']; message: string } };
    if (error) throw new HeadlightError(error.code, error.message);
    return unpacked(result) as PageHostRequests[M]['result'];
  };
const write = (name: string) => (value: unknown) => {
  told.push({ name, value });
  return null;
};

const host = new Channel<Record<never, never>, PageNotifications, PageHostRequests, PageHostNotifications>(
  createMessageConnection(new PageReader(), new PageWriter()),
  {
    facts: ask('facts'),
    attention: ask('attention'),
    graph: ask('graph'),
    statistics: ask('statistics'),
    slice: ask('slice'),
    exportSlice: ask('exportSlice'),
    tokens: ask('tokens'),
    head: ask('head'),
    tables: ask('tables'),
    neighbours: ask('neighbours'),
    visualize: write('visualize'),
    compare: write('compare'),
    tryText: ask('tryText'),
    openFile: write('openFile'),
    copy: write('copy'),
    save({ name, bytes }) {
      saved.push({ name, bytes });
      return { path: `/${name}` };
    },
  },
  { ready: write('ready'), painted: write('painted') },
);

Object.assign(globalThis, { headlightHost: { told, saved, host }, acquireVsCodeApi: pageApi });
