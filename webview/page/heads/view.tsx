/** The tab of heads: what a head is as two matrices, and how many directions it uses. */
import { useState } from 'preact/hooks';
import type { SiteFacts } from '../../../model/protocol/engine.ts';
import type { HeadMatrix, HeadPictures } from '../../../model/protocol/explorer.ts';
import { short } from '../../draw/numbers.ts';
import { Button, Dropdown, Icon, ProgressRing } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';
import { Segments } from '../../ui/segments.tsx';
import { usePage } from '../context.ts';
import { KINDS } from '../overview/words.ts';
import { HeatMap } from '../tensors/heat-map.tsx';
import { madeRow } from '../tensors/made.ts';
import { useAnswer } from '../use-answer.ts';
import { SingularValues } from './singular.tsx';

type Which = 'scores' | 'outputs';

const WORDS: Readonly<Record<Which, { readonly label: string; readonly formula: string; readonly words: string }>> = {
  scores: {
    label: 'Where it looks: W_q·W_kᵀ',
    formula: 'score = x_query · W_q·W_kᵀ · x_keyᵀ ∕ √d',
    words:
      'Row i, column j: how much the score grows where the asking vector holds 1 in dimension i and the vector that is asked holds 1 in dimension j.',
  },
  outputs: {
    label: 'What it brings: W_v·W_O',
    formula: 'added = weight · x_key · W_v·W_O',
    words: 'Row i, column j: what a 1 in dimension i of the vector that is looked at adds to dimension j of the residual stream.',
  },
};

export function HeadsView() {
  const { attention } = usePage();
  const now = attention.value;
  if (now.at === 'loading') return <div class="working" />;
  if (now.at === 'failed' || now.value.sites.length === 0) {
    return <p class="empty">{now.at === 'failed' ? now.error.message : 'No attention was found in this file.'}</p>;
  }
  return <Heads sites={now.value.sites} />;
}

function Heads({ sites }: { sites: readonly SiteFacts[] }) {
  const { host } = usePage();
  const [key, setKey] = useState(sites[0]!.key);
  const [chosen, setHead] = useState(0);
  const [which, setWhich] = useState<Which>('scores');
  const site = sites.find((one) => one.key === key) ?? sites[0]!;
  const head = Math.min(chosen, site.heads - 1);
  const answer = useAnswer(`${site.key} ${head}`, () => host.request('head', { site: site.key, head }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="weight-pictures" tabIndex={0} aria-label="Heads as matrices">
      <div class="row-tools">
        <Dropdown
          label="Layer"
          value={site.key}
          choices={sites.map((one) => ({ value: one.key, label: siteLabel(one) }))}
          onChoose={setKey}
        />
        <Dropdown
          label="Head"
          value={String(head)}
          choices={Array.from({ length: site.heads }, (_, i) => ({ value: String(i), label: `head ${i + 1}` }))}
          onChoose={(value) => setHead(Number(value))}
        />
        <Segments
          label="Which matrix"
          choices={(['scores', 'outputs'] as const).map((id) => ({ id, label: WORDS[id].label }))}
          chosen={which}
          onChoose={setWhich}
        />
        <span class="grow" />
        <Button label="Visualize this layer" icon="eye" onPress={() => void host.request('visualize', { site: site.key })} />
      </div>
      {answer.at === 'loading' && <Reading />}
      {answer.at === 'failed' && <Refused words={answer.error.message} />}
      {answer.at === 'ready' && <Pictures pictures={answer.value} which={which} />}
    </section>
  );
}

const siteLabel = ({ kind, layer }: SiteFacts) => `${kind === 'self' ? '' : `${KINDS[kind].toLowerCase()} · `}layer ${layer + 1}`;

function Pictures({ pictures, which }: { pictures: HeadPictures; which: Which }) {
  const matrix = pictures[which];
  const { formula, words } = WORDS[which];
  if (!matrix)
    return <Refused words="The product that takes this head's outputs is not known: it has no weight of its own that could be read." />;
  return (
    <>
      <p>
        <code class="formula">{formula}</code>
      </p>
      <p class="note">
        {words} Biases are left out
        {which === 'scores' && pictures.turned ? ', and so is the rotation by position: this is the matrix for a distance of 0' : ''}.
      </p>
      <From names={pictures.from} />
      <div class="singular">
        <h2>Singular values</h2>
        <p class="note">{directions(matrix)}</p>
        <SingularValues values={matrix.singular} />
      </div>
      <HeatMap key={matrix.name} row={madeRow(matrix.name, matrix.shape)} shape={matrix.shape} unpacked={false} statistics={null} />
    </>
  );
}

/** How many directions hold most of it. */
function directions({ singular, norm, shape }: HeadMatrix): string {
  const whole = norm * norm;
  let [sum, n] = [0, 0];
  while (n < singular.length && sum < 0.9 * whole) sum += singular[n++]! ** 2;
  const size = `${shape.map((length) => length.toLocaleString('en')).join(' × ')}, but only ${singular.length} directions`;
  return `${size}; ${n} of them hold 90 % of the squared norm (‖·‖ = ${short(norm)}, the largest ${short(singular[0] ?? 0)}).`;
}

function From({ names }: { names: readonly string[] }) {
  const { facts, tab, tensor } = usePage();
  const known = new Set(facts.value.at === 'ready' ? facts.value.value.tensors.map(({ name }) => name) : []);
  return (
    <p class="note from">
      Cut out of{' '}
      {names.map((name, i) => (
        <span key={name}>
          {i > 0 && ', '}
          {known.has(name) ? (
            <button
              type="button"
              class="plain link"
              onClick={() => {
                tensor.value = name;
                tab.value = 'tensors';
              }}
            >
              {name}
            </button>
          ) : (
            name
          )}
        </span>
      ))}
    </p>
  );
}

function Reading() {
  const slow = useSlow(true);
  return <div class="working">{slow && <ProgressRing label="Reading the head's weights" />}</div>;
}

const Refused = ({ words }: { words: string }) => (
  <p class="refusal" role="alert">
    <Icon name="circle-slash" /> {words}
  </p>
);
