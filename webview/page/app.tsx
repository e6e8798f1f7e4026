/** The page as a whole: what the file is, and its tabs. A file that cannot be read says why, in the place of everything else. */
import { useMemo, useState } from 'preact/hooks';
import type { WireError } from '../../model/protocol/engine.ts';
import type { PageFacts } from '../../model/protocol/explorer.ts';
import { Button, Icon, IconButton, ProgressRing } from '../ui/controls.tsx';
import { useSlow } from '../ui/hooks.ts';
import { Tabs } from '../ui/tabs.tsx';
import { TryOut } from '../views/tokenizer/try-out.tsx';
import type { TryHost, TryState } from '../views/tokenizer/types.ts';
import { usePage } from './context.ts';
import { EmbeddingsView } from './embeddings/view.tsx';
import { GraphView } from './graph/view.tsx';
import { HeadsView } from './heads/view.tsx';
import { Overview } from './overview/view.tsx';
import { summary } from './overview/words.ts';
import type { TabName } from './state.ts';
import { TensorsView } from './tensors/view.tsx';

const TABS: readonly { readonly id: TabName; readonly label: string }[] = [
  { id: 'overview', label: 'Overview' },
  { id: 'graph', label: 'Graph' },
  { id: 'tensors', label: 'Tensors' },
  { id: 'heads', label: 'Heads' },
  { id: 'embeddings', label: 'Embeddings' },
];

export function PageApp() {
  const { facts, said } = usePage();
  const now = facts.value;
  return (
    <main class="app model-page">
      {now.at === 'loading' && <Reading />}
      {now.at === 'failed' && <Unreadable error={now.error} />}
      {now.at === 'ready' && <Model facts={now.value} />}
      <div class="unseen" role="status" aria-live="polite">
        {said.value}
      </div>
    </main>
  );
}

function Model({ facts }: { facts: PageFacts }) {
  const { tab, host, attention } = usePage();
  const refused = attention.value.at === 'failed';
  return (
    <>
      <header class="header">
        <h1>{facts.entry.split('/').at(-1)}</h1>
        <span class="muted">{summary(facts, attention.value.at === 'ready' ? attention.value.value : null)}</span>
        <span class="tools">
          <IconButton label="Compare with another model…" icon="diff" onPress={() => void host.request('compare', null)} />
          <Button
            label="Visualize Attention"
            icon="eye"
            appearance="primary"
            disabled={refused}
            onPress={() => void host.request('visualize', { site: null })}
          />
        </span>
      </header>
      <Tabs
        label="What is shown of the model"
        tabs={hasTokenizer(facts) ? [...TABS, { id: 'tokenizer', label: 'Tokenizer' }] : TABS}
        chosen={tab.value}
        onChoose={(id) => {
          tab.value = id;
        }}
      >
        {tab.value === 'overview' && <Overview facts={facts} />}
        {tab.value === 'graph' && <GraphView />}
        {tab.value === 'tensors' && <TensorsView facts={facts} />}
        {tab.value === 'heads' && <HeadsView />}
        {tab.value === 'embeddings' && <EmbeddingsView facts={facts} />}
        {tab.value === 'tokenizer' && <Tokenizer />}
      </Tabs>
    </>
  );
}

const hasTokenizer = ({ files }: PageFacts) => files.some(({ path }) => /(^|\/)(tokenizer\.json|vocab\.(json|txt))$/.test(path));

const EXAMPLE = 'The keys to the cabinet are on the table.';

/** The tokenizer beside the model, tried out on any text. */
function Tokenizer() {
  const { host } = usePage();
  const [start] = useState<TryState>({ text: EXAMPLE, pair: null });
  const own = useMemo<TryHost>(
    () => ({ try: (params) => host.request('tryText', params), copy: (text) => void host.request('copy', { text }) }),
    [host],
  );
  return (
    <div class="tokenizer-tab">
      <TryOut host={own} start={start} />
    </div>
  );
}

function Reading() {
  const slow = useSlow(true);
  return <div class="working">{slow && <ProgressRing label="Reading the file" />}</div>;
}

/** Never an empty tab: the sentence that says what is wrong with the file. */
function Unreadable({ error }: { error: WireError }) {
  const { read } = usePage();
  return (
    <div class="failed" role="alert">
      <h1>
        <Icon name="error" /> This file cannot be shown
      </h1>
      <p>{error.message}</p>
      <Button label="Read again" icon="refresh" appearance="primary" onPress={read} />
    </div>
  );
}
