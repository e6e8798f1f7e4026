/** Stands in for VS Code around the panel: `acquireVsCodeApi`, and a host that shows one case and writes down what the panel tells it. */
import { createMessageConnection } from 'vscode-jsonrpc/browser';
import { Channel } from '../../../model/protocol/channel.ts';
import type { HostNotifications, HostRequests, PanelNotifications, PanelRequests, ShowParams } from '../../../model/protocol/panel.ts';
import { decodeTokens, loadTokenizer, type Tokenizer } from '../../../model/text/index.ts';
import { PageReader, PageWriter, pageApi } from './stand-in-transport.ts';

const query = new URLSearchParams(location.search);
/** What the panel told the host, for tests to read. */
const told: { name: string; value: unknown }[] = [];
const saved: { name: string; bytes: Uint8Array }[] = [];
const write = (name: string) => (value: unknown) => {
  told.push({ name, value });
};

document.body.className = query.get('theme') ?? 'vscode-dark';
const host = new Channel<PanelRequests, PanelNotifications, HostRequests, HostNotifications>(
  createMessageConnection(new PageReader(), new PageWriter()),
  {
    rerun: () => {
      void show();
      return null;
    },
    part: (wanted) => {
      write('part')(wanted);
      return null;
    },
    save: ({ name, bytes }) => {
      saved.push({ name, bytes });
      return { path: `/${name}` };
    },
    copyLink: () => {
      write('copyLink')(null);
      return null;
    },
    saveView: () => ({ path: '/view.headlight.json' }),
    copy: ({ text }) => {
      write('copy')(text);
      return null;
    },
    chooseModel: () => {
      write('chooseModel')(null);
      return null;
    },
    chooseVariant: (params) => {
      write('chooseVariant')(params);
      return null;
    },
    vocabulary: async ({ model, ids }) => {
      const known = await tokenizerOf(model);
      return ids.map((id) => ({
        piece: known.piece(id),
        text: known.decode([id], { skipSpecial: true }),
        special: known.specialIds.has(id),
      }));
    },
    decode: async ({ model, ids, after = [] }) => decodeTokens(await tokenizerOf(model), ids, after),
    encode: async ({ model, text, specials }) => {
      const { tokens, typeIds } = (await tokenizerOf(model)).encode(text, undefined, { specials });
      return { ids: tokens.map(({ id }) => id), typeIds };
    },
    specials: async ({ model }) => (await tokenizerOf(model)).specials,
  },
  {
    ready: () => void show(),
    code: write('code'),
    selected: write('selected'),
    reveal: write('reveal'),
    failed: write('failed'),
    settings: write('settings'),
    leave: write('leave'),
    measured: write('measured'),
  },
);

/** The tokenizer of a built-in model. */
async function tokenizerOf(model: string): Promise<Tokenizer> {
  const read = async (name: string): Promise<unknown> => (await fetch(`/models/${model}/${name}`)).json();
  return loadTokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
}

async function show(): Promise<void> {
  const params = (await (await fetch(`/case/${encodeURIComponent(query.get('case') ?? '')}`)).json()) as ShowParams;
  const select = query.get('select');
  const shown = host.request('show', select ? { ...params, select: JSON.parse(select) } : params);
  shown.then(write('shown'), (error: Error) => write('refused')(error.message));
}

Object.assign(globalThis, {
  headlightHost: { told, saved, host },
  acquireVsCodeApi: pageApi,
});
