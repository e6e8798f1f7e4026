/** The tokenizer's own page: connects the host and shows the try-out. */
import './tokenizer.css';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { asHeadlightError } from '../model/errors.ts';
import type { TriedNotifications, TryNotifications, TryRequests } from '../model/protocol/tokenizer.ts';
import { connectPage, vscode } from './host.ts';
import { Icon } from './ui/controls.tsx';
import { TryOut } from './views/tokenizer/try-out.tsx';
import type { TryHost, TryState } from './views/tokenizer/types.ts';

/** What VS Code keeps over a reload: the model and the texts. */
interface Kept extends TryState {
  readonly model: string;
}

const EXAMPLE = 'The keys to the cabinet are on the table.';
const kept = vscode.getState() as Partial<Kept> | undefined;
const start = signal<TryState>({ text: kept?.text ?? EXAMPLE, pair: kept?.pair ?? null });
const begun = signal<{ readonly model: string; readonly round: number } | null>(null);

const channel = connectPage<TryRequests, TryNotifications, Record<never, never>, TriedNotifications>(
  {},
  {
    begin: ({ model, text }) => {
      if (text !== null) start.value = { text, pair: null };
      begun.value = { model, round: (begun.peek()?.round ?? 0) + 1 };
      keep(start.peek());
    },
  },
);

function keep(state: TryState): void {
  start.value = state;
  vscode.setState({ ...state, model: begun.peek()?.model ?? '' } satisfies Kept);
}

window.addEventListener('unhandledrejection', ({ reason }) => {
  const { code, message } = asHeadlightError(reason, 'internal', 'The page failed');
  channel.notify('failed', { error: { code, message } });
});

const chooseModel = () => void channel.request('chooseModel', null);
const host: TryHost = {
  try: (params) => channel.request('try', params),
  copy: (text) => void channel.request('copy', { text }),
  chooseModel,
};
const modelName = signal('');
const named: TryHost = {
  ...host,
  try: async (params) => {
    const tried = await host.try(params);
    modelName.value = tried.model;
    return tried;
  },
};

function Page() {
  const now = begun.value;
  if (!now) return null;
  return (
    <main class="try-page">
      <header>
        <button type="button" class="plain model" title="Choose another model" onClick={chooseModel}>
          <h1>{modelName.value || 'Tokenizer'}</h1> <Icon name="chevron-down" />
        </button>
      </header>
      <TryOut key={now.round} host={named} start={start.peek()} onChange={keep} />
    </main>
  );
}

render(<Page />, document.getElementById('root') ?? document.body);
channel.notify('ready', null);
