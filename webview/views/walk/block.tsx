/** One block of the walk: what it does, its formula with the model's numbers, its shape, its matrix, and how far it is from the reference. */
import { useState } from 'preact/hooks';
import type { StageValue, WalkStep } from '../../../model/protocol/walk.ts';
import { short } from '../../draw/numbers.ts';
import { GRADE_SIGNS, gradeOf } from '../../state/agreement.ts';
import { IconButton } from '../../ui/controls.tsx';
import { Term } from '../../ui/term.tsx';
import { rough } from '../check/chip.tsx';
import { usePanel } from '../context.ts';
import { ArithmeticCard } from './arithmetic.tsx';
import { codeOf } from './code.ts';
import { type Cell, cellWords, Grid, placeWords } from './grid.tsx';
import { shapeWords } from './letters.ts';
import { endsOf } from './paint.ts';
import type { Rows } from './rows.ts';
import { termOf } from './terms.ts';
import { wordsOf } from './words.ts';

export interface BlockProps {
  readonly step: WalkStep;
  readonly value: StageValue;
  /** What is added in this step, where it can be shown. */
  readonly added: StageValue | null;
  readonly rows: Rows;
}

export function Block({ step, value, added, rows }: BlockProps) {
  const { title, sentence, formula } = wordsOf(step, rows.facts);
  const term = termOf(step);
  const [numbers, setNumbers] = useState(false);
  return (
    <article class="walk-block" aria-label={title} data-step={step.id}>
      <header>
        <div class="names">
          <h4>{term ? <Term id={term}>{title}</Term> : title}</h4>
          <span class="shape">{shapeWords(step, value, rows.lengths)}</span>
          {value.head !== null && <span class="muted">head {value.head + 1}</span>}
          <Delta step={step.id} rows={rows} />
        </div>
        <IconButton
          label={numbers ? 'Show the picture' : 'Show the numbers'}
          icon={numbers ? 'symbol-color' : 'symbol-numeric'}
          pressed={numbers}
          onPress={() => setNumbers(!numbers)}
        />
        <Code step={step} />
      </header>
      <p>{sentence}</p>
      <p class="formula">{formula}</p>
      {step.path !== '' && <p class="path muted">{step.path}</p>}
      {added && added.rows > 1 && (
        <Matrix title={`${title}, what is added`} caption="what is added" step={step} value={added} rows={rows} numbers={numbers} />
      )}
      <Matrix title={title} caption={added ? 'the sum' : ''} step={step} value={value} rows={rows} numbers={numbers} />
    </article>
  );
}

interface MatrixProps {
  readonly title: string;
  readonly caption: string;
  readonly step: WalkStep;
  readonly value: StageValue;
  readonly rows: Rows;
  readonly numbers: boolean;
}

function Matrix({ title, caption, step, value, rows, numbers }: MatrixProps) {
  const { theme } = usePanel();
  const { labels, columnLabels, lit, follow } = rows.of(step, value);
  const [chosen, setChosen] = useState<Cell | null>(null);
  const [asked, setAsked] = useState<Cell | null>(null);
  const cell = chosen ?? { row: lit ?? 0, column: 0 };
  const isWeights = step.kind === 'softmax' || step.role === 'weights';
  const within = { row: Math.min(cell.row, value.rows - 1), column: Math.min(cell.column, value.columns - 1) };
  const ends = endsOf({ value, isWeights, theme: theme.value });
  const ask = (to: Cell) => {
    setChosen(to);
    setAsked(to);
    follow?.(to);
  };
  return (
    <>
      {caption !== '' && <p class="muted caption">{caption}</p>}
      <Grid
        {...{ theme: theme.value, title, value, labels, columnLabels, lit, isWeights, numbers, cell: within }}
        onCell={setChosen}
        onAsk={ask}
      />
      <p class="walk-readout number">
        <span class="cell-words">{cellWords({ value, labels, columnLabels, cell: within })}</span>
        <span class="muted">
          {isWeights ? `colours: 0 to ${short(ends.top)}` : `colours: −${short(ends.top)} to ${short(ends.top)}, by square root`}
        </span>
      </p>
      {asked && value.id === step.id && (
        <ArithmeticCard
          section={rows.section}
          step={step.id}
          cell={asked}
          name={placeWords(labels, columnLabels, asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

/** How far the block is from the reference, once that was computed. */
function Delta({ step, rows }: { readonly step: string; readonly rows: Rows }) {
  const { checks } = usePanel();
  const now = checks.state.value;
  if (now.at !== 'done') return null;
  const found = now.comparison.steps.find((one) => one.step === step && one.section === rows.section);
  if (!found) return null;
  const grade = gradeOf(found);
  const words = `largest difference from the reference: ${short(found.largest)}; largest value: ${short(found.scale)}`;
  return (
    <span class={`delta grade ${grade}`} title={words}>
      Δ {rough(found.largest)} {GRADE_SIGNS[grade]}
    </span>
  );
}

function Code({ step }: { readonly step: WalkStep }) {
  const { host } = usePanel();
  const place = codeOf(step);
  if (!place) return null;
  return <IconButton label={`Show the code: ${place.symbol}`} icon="code" onPress={() => host.notify('code', place)} />;
}
