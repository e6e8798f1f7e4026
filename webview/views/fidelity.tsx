/** How far the numbers can be trusted: the chip, and behind it where every weight comes from. */
import { short } from '../draw/numbers.ts';
import type { Session, Site } from '../state/types.ts';
import { verdictOf, worstRow } from '../state/verdict.ts';
import { Icon } from '../ui/controls.tsx';
import { Popover } from '../ui/popover.tsx';
import { CheckCard } from './check/card.tsx';
import { usePanel } from './context.ts';
import { HOW_WORDS } from './heads/facts.ts';
import { Refusals } from './refusals.tsx';

export function Fidelity({ session }: { session: Session }) {
  const { store } = usePanel();
  const verdict = verdictOf(session);
  return (
    <Popover
      label="How exact the numbers are"
      title={`How exact the numbers are: ${verdict.words}`}
      class={`chip-button ${verdict.good ? 'good' : 'doubt'}`}
      opens={store.asked}
      name="check"
      face={
        <>
          <Icon name={verdict.icon} /> {verdict.words}
        </>
      }
    >
      {() => <Card session={session} />}
    </Popover>
  );
}

function Card({ session }: { session: Session }) {
  const { opened, run, sites } = session;
  const { model } = opened;
  const worst = worstRow([...sites.values()]);
  const rows: readonly (readonly [string, string])[] = [
    ['file', model.path],
    ['device', run.device === 'webgpu' ? 'WebGPU (graphics card)' : `CPU (WebAssembly)${run.fallback ? `: ${run.fallback}` : ''}`],
    ['number type (dtype)', model.dtype],
    ['quantisation', model.quantization ?? 'none: the weights are as the file has them'],
    ['weights · V against the operator', checkWords([...sites.values()])],
    ['positions', model.positions ?? 'not found'],
    ['largest |1 − row sum|', worst === null ? 'not checked: it would take too much memory' : short(worst)],
  ];
  return (
    <>
      <h2>How exact the numbers are</h2>
      <dl class="facts wide">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <CheckCard session={session} />
      <h3>Where the weights come from</h3>
      <ul class="hows">
        {groups([...sites.values()]).map((g) => (
          <li key={g.words}>{g.words}</li>
        ))}
      </ul>
      {opened.refused.length > 0 && <h3>Not shown, and why</h3>}
      <Refusals refused={opened.refused} />
      <p class="note">Weights are shown as they are: nothing is normalised, and nothing is rounded away.</p>
    </>
  );
}

/** How far recomputed weights lead to what the operator itself gave. */
function checkWords(sites: readonly Site[]): string {
  const known = sites.map((s) => s.run.checkError).filter((e) => e !== null);
  if (sites.every((s) => s.how === 'read')) return 'not needed: the weights are read';
  return known.length === 0 ? 'not checked' : `largest difference ${short(Math.max(...known))}`;
}

/** Sites that were had in the same way, in one line. */
function groups(sites: readonly Site[]): { readonly words: string }[] {
  const lines = new Map<string, Pick<Site, 'kind' | 'how' | 'sink' | 'window'> & { layers: number[] }>();
  for (const { kind, how, layer, sink, window } of sites) {
    const key = `${kind} ${how} ${sink} ${window}`;
    const line = lines.get(key) ?? { kind, how, layers: [], sink, window };
    line.layers.push(layer + 1);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ kind, how, layers, sink, window }) => ({
    words: `${kind === 'self' ? '' : `${kind}, `}${rangeWords(layers)}: ${how}: ${HOW_WORDS[how]}${window === null ? '' : `; sliding window of ${window}`}${sink ? '; a sink takes the rest of each row' : ''}`,
  }));
}

/** `layer 3`, `layers 1–4`, `layers 1, 3, 5`. */
function rangeWords(layers: readonly number[]): string {
  const sorted = [...layers].sort((a, b) => a - b);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  if (sorted.length === 1) return `layer ${first}`;
  return last - first + 1 === sorted.length ? `layers ${first}–${last}` : `layers ${sorted.join(', ')}`;
}
