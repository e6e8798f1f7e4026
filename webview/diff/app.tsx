/** The page as a whole: which two, how far the comparison is, weights and structure. Files that cannot be read say why. */
import { shortSize } from '../../model/sizes.ts';
import { Button, Checkbox, Icon, IconButton, ProgressRing } from '../ui/controls.tsx';
import { useSlow } from '../ui/hooks.ts';
import { Tabs } from '../ui/tabs.tsx';
import { useDiff } from './context.ts';
import { csvOf } from './csv.ts';
import { StructureView } from './structure.tsx';
import { Weights } from './weights.tsx';

export function DiffApp() {
  const { structure, said } = useDiff();
  const now = structure.value;
  return (
    <main class="app diff-page">
      <Header />
      {now.at === 'loading' && <Reading />}
      {now.at === 'failed' && <Unreadable message={now.error.message} />}
      {now.at === 'ready' && <Views />}
      <div class="unseen" role="status" aria-live="polite">
        {said.value}
      </div>
    </main>
  );
}

function Views() {
  const { tab, structure } = useDiff();
  if (structure.value.at !== 'ready') return null;
  const value = structure.value.value;
  return (
    <Tabs
      label="What is compared"
      tabs={[
        { id: 'weights', label: 'Weights' },
        { id: 'structure', label: 'Structure' },
      ]}
      chosen={tab.value}
      onChoose={(id) => {
        tab.value = id;
      }}
    >
      {tab.value === 'weights' && <Weights structure={value} />}
      {tab.value === 'structure' && <StructureView structure={value} />}
    </Tabs>
  );
}

function Header() {
  const { names, structure, host, running, dequantized, setDequantized } = useDiff();
  const now = structure.value;
  const both = names.value;
  const packed = now.at === 'ready' && now.value.pairs.some(({ base, other }) => base.packed || other.packed);
  return (
    <header class="header">
      <h1 class="two">
        <span title="The base">{both?.base}</span> <Icon name="arrow-right" /> <span title="Compared with it">{both?.other}</span>
      </h1>
      <IconButton label="Exchange the two: what is the base" icon="arrow-swap" onPress={() => void host.request('swap', null)} />
      <span class="tools">
        {packed && <Checkbox label="De-quantised" checked={dequantized.value} onChange={setDequantized} />}
        <SaveButton />
        {now.at === 'ready' && <Progress key={String(running.value !== null)} />}
      </span>
    </header>
  );
}

function Progress() {
  const { running, structure, results, start, cancel } = useDiff();
  const slow = useSlow(running.value !== null, 250);
  const work = running.value;
  if (structure.value.at !== 'ready') return null;
  const { pairs } = structure.value.value;
  if (work) {
    if (!slow) return null;
    return (
      <>
        <progress max={Math.max(1, work.total)} value={work.done} aria-label="Comparing the weights" />
        <span class="number muted">
          {shortSize(work.done)} of {shortSize(work.total)}
        </span>
        <Button label="Cancel" onPress={cancel} />
      </>
    );
  }
  const left = pairs.filter((_, i) => !results.value.has(i));
  if (left.length === 0) return null;
  const size = left.reduce((sum, { base, other }) => sum + base.bytes + other.bytes, 0);
  return <Button label={`Compare ${shortSize(size)} of weights`} icon="play" appearance="primary" onPress={start} />;
}

function SaveButton() {
  const { structure, results, host, said, names } = useDiff();
  if (structure.value.at !== 'ready' || results.value.size === 0) return null;
  const { pairs } = structure.value.value;
  const save = async () => {
    const bytes = new TextEncoder().encode(csvOf(pairs, results.value, names.value));
    const { path } = await host.request('save', { name: 'compared.csv', bytes });
    if (path !== null) said.value = `Saved ${path}`;
  };
  return <IconButton label="Save all numbers as CSV" icon="save" onPress={() => void save()} />;
}

function Reading() {
  const slow = useSlow(true);
  return <div class="working">{slow && <ProgressRing label="Reading both models" />}</div>;
}

function Unreadable({ message }: { message: string }) {
  const { read } = useDiff();
  return (
    <div class="failed" role="alert">
      <h2>
        <Icon name="error" /> These two cannot be compared
      </h2>
      <p>{message}</p>
      <Button label="Read again" icon="refresh" appearance="primary" onPress={read} />
    </div>
  );
}
