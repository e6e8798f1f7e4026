/** The page of the classic blocks: each with numbers of one's own, step by step, computed by the blocks of `model/blocks`. */
import './blocks.css';
import { signal } from '@preact/signals';
import { render } from 'preact';
import bahdanau from '../media/blocks/bahdanau.safetensors';
import dot from '../media/blocks/dot.safetensors';
import { asHeadlightError } from '../model/errors.ts';
import { BLOCK_IDS, type BlockId, type BlocksHostNotifications, type BlocksNotifications, isBlockId } from '../model/protocol/blocks.ts';
import { START as CONVOLUTION } from './blocks/convolution.ts';
import { ConvolutionPage } from './blocks/convolution-page.tsx';
import { readTranslator } from './blocks/dictionary.ts';
import type { BlockState, PageProps } from './blocks/frame.tsx';
import { START as LAYERS } from './blocks/layers.ts';
import { LayersPage } from './blocks/layers-page.tsx';
import { START as NEURON } from './blocks/neuron.ts';
import { PerceptronPage } from './blocks/perceptron-page.tsx';
import { RecurrentPage } from './blocks/recurrent-page.tsx';
import { STARTS } from './blocks/steps.ts';
import { START as TRANSLATOR, TranslatorPage } from './blocks/translator-page.tsx';
import { watchTheme } from './colour/theme.ts';
import { connectPage, vscode } from './host.ts';
import { Tabs } from './ui/tabs.tsx';

/** What VS Code keeps over a reload: the block on view, and everything that was typed. */
interface Kept {
  readonly block: BlockId;
  readonly states: Readonly<Record<BlockId, BlockState>>;
}

const TITLES: Readonly<Record<BlockId, string>> = {
  ...{ convolution: 'Convolution', perceptron: 'Perceptron', mlp: 'Layers (MLP)' },
  ...{ rnn: 'RNN', lstm: 'LSTM', gru: 'GRU', translator: 'Translator' },
};
const TABS = BLOCK_IDS.map((id) => ({ id, label: TITLES[id] }));

const begin: Kept = {
  block: 'convolution',
  states: { convolution: CONVOLUTION, perceptron: NEURON, mlp: LAYERS, ...STARTS, translator: TRANSLATOR },
};
const kept = vscode.getState() as Partial<Kept> | undefined;
const now = signal<Kept>({ ...begin, ...kept, states: { ...begin.states, ...kept?.states } });

const channel = connectPage<Record<never, never>, BlocksNotifications, Record<never, never>, BlocksHostNotifications>(
  {},
  { begin: ({ block }) => block && keep({ ...now.peek(), block }) },
);

function keep(next: Kept): void {
  now.value = next;
  vscode.setState(next);
}

window.addEventListener('unhandledrejection', ({ reason }) => {
  const { code, message } = asHeadlightError(reason, 'internal', 'The page failed');
  channel.notify('failed', { error: { code, message } });
});

const onCode = (file: string, symbol: string) => channel.notify('code', { file, symbol });

const { theme } = watchTheme();
const translators = { dot: await readTranslator(dot, 'dot'), bahdanau: await readTranslator(bahdanau, 'bahdanau') };

function Page() {
  const { block, states } = now.value;
  const props: PageProps & { onCode: typeof onCode } = {
    state: states[block],
    onChange: (state) => keep({ ...now.peek(), states: { ...now.peek().states, [block]: state } }),
    onCode,
  };
  return (
    <main class="blocks-page">
      <h1 class="unseen">Classic blocks</h1>
      <Tabs label="Blocks" tabs={TABS} chosen={block} onChoose={(id) => isBlockId(id) && keep({ ...now.peek(), block: id })}>
        {block === 'convolution' && <ConvolutionPage {...props} />}
        {block === 'perceptron' && <PerceptronPage {...props} />}
        {block === 'mlp' && <LayersPage {...props} />}
        {(block === 'rnn' || block === 'lstm' || block === 'gru') && <RecurrentPage key={block} cell={block} {...props} />}
        {block === 'translator' && <TranslatorPage {...{ translators, theme: theme.value }} {...props} />}
      </Tabs>
    </main>
  );
}

render(<Page />, document.getElementById('root') ?? document.body);
channel.notify('ready', null);
