/** How the next token is chosen. */
import { WIDEST } from '../../../../model/generation/beam.ts';
import type { Generation, GenerationSettings } from '../../../state/generation.ts';
import { Dropdown } from '../../../ui/controls.tsx';
import { NumberField } from '../../../ui/number.tsx';

type Way = 'greedy' | 'sample' | 'beams';

interface Field {
  readonly name: 'temperature' | 'topK' | 'topP' | 'repetitionPenalty' | 'seed' | 'most';
  readonly label: string;
  readonly title: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly ways: readonly Way[];
}

const FIELDS: readonly Field[] = [
  {
    name: 'temperature',
    label: 'temperature',
    title: 'Logits are divided by it before softmax: below 1 the probable become more probable, above 1 less.',
    least: 0.05,
    most: 10,
    step: 0.05,
    ways: ['sample'],
  },
  {
    name: 'topK',
    label: 'top-k',
    title: 'Only the k most probable tokens may be drawn; 0: all.',
    least: 0,
    most: 1e6,
    step: 1,
    ways: ['sample'],
  },
  {
    name: 'topP',
    label: 'top-p',
    title: 'Only the fewest most probable tokens that together hold this share may be drawn; 1: all.',
    least: 0.01,
    most: 1,
    step: 0.01,
    ways: ['sample'],
  },
  {
    name: 'seed',
    label: 'seed',
    title: 'The same seed with the same settings draws the same text again.',
    least: 0,
    most: 2 ** 32 - 1,
    step: 1,
    ways: ['sample'],
  },
  {
    name: 'repetitionPenalty',
    label: 'penalty',
    title: 'Repetition penalty: positive logits of tokens that were there are divided by it, negative ones multiplied; 1: none.',
    least: 1,
    most: 10,
    step: 0.05,
    ways: ['sample', 'greedy'],
  },
  { name: 'most', label: 'tokens', title: 'Most tokens of one go.', least: 1, most: 4096, step: 1, ways: ['sample', 'greedy', 'beams'] },
];

const WAYS = [
  { value: 'greedy', label: 'the most probable (greedy)' },
  { value: 'sample', label: 'drawn (sampling)' },
  { value: 'beams', label: 'beam search' },
] as const;

const WIDTH = 4;

export const wayOf = ({ beams, sample }: GenerationSettings): Way => (beams > 0 ? 'beams' : sample ? 'sample' : 'greedy');

export function Settings({ generation, busy }: { generation: Generation; busy: boolean }) {
  const settings = generation.settings.value;
  const way = wayOf(settings);
  const change = (one: Partial<GenerationSettings>) => {
    generation.settings.value = { ...settings, ...one };
  };
  return (
    <div class="row-tools generate-settings">
      <Dropdown
        label="How the next token is chosen"
        value={way}
        choices={WAYS}
        onChoose={(next) => change({ sample: next === 'sample', beams: next === 'beams' ? WIDTH : 0 })}
      />
      {way === 'beams' && (
        <NumberField
          label="beams"
          title="How many beginnings are followed side by side."
          value={settings.beams}
          least={1}
          most={WIDEST}
          step={1}
          onChange={(value) => change({ beams: Math.round(value) })}
          disabled={busy}
        />
      )}
      {FIELDS.filter(({ ways }) => ways.includes(way)).map(({ name, ways: _, ...field }) => (
        <NumberField key={name} {...field} value={settings[name]} onChange={(value) => change({ [name]: value })} disabled={busy} />
      ))}
    </div>
  );
}
