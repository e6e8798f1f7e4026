/** A translator from before the transformer, on a sentence of one's own: an LSTM reads, an LSTM writes, and attention looks back. */
import { useMemo, useState } from 'preact/hooks';
import type { Arithmetic, StageValue } from '../../model/protocol/walk.ts';
import type { Theme } from '../colour/theme.ts';
import { percent } from '../draw/numbers.ts';
import { IconButton } from '../ui/controls.tsx';
import { Segments } from '../ui/segments.tsx';
import { Term } from '../ui/term.tsx';
import { Terms } from '../views/walk/arithmetic.tsx';
import { type Cell, cellWords, Grid, placeWords } from '../views/walk/grid.tsx';
import type { Numbers } from './compute.ts';
import { type Translated, type Translator, translate } from './dictionary.ts';
import { BlockFrame, type BlockState, type PageProps, useComputed } from './frame.tsx';
import { Player } from './player.tsx';
import type { CellStep, DecoderStep } from './translator.ts';
import { CELL_ROWS, cellRow, workedCell, workedWeight } from './translator-worked.ts';

export const START: BlockState = { tables: {}, options: { text: 'the big black cat sees a mouse', score: 'dot' }, step: 0 };

const WORDS = {
  dot: [
    'An LSTM reads the English sentence and keeps its state at every word. Another one writes French: each new state asks the kept ones, and what it gathers decides the next word (Luong 2015).',
    'score = h_t·e_s      α = softmax(scores)      c_t = Σ α·e_s      h̃_t = tanh(W·[c_t; h_t])      logits from h̃_t',
    'luongDecoder',
  ],
  bahdanau: [
    'The encoder reads in both directions; the decoder’s old state asks before it moves on, and what it gathers goes into the LSTM (Bahdanau 2014: the first attention).',
    'score = v·tanh(W·h_{t−1} + U·e_s)      α = softmax(scores)      c_t = Σ α·e_s      h_t = LSTM([y_t; c_t], h_{t−1})',
    'bahdanauDecoder',
  ],
} as const;
type Kind = keyof typeof WORDS;

interface TranslatorProps extends PageProps {
  readonly translators: Readonly<Record<Kind, Translator>>;
  readonly theme: Theme;
  readonly onCode: (file: string, symbol: string) => void;
}

export function TranslatorPage({ state, onChange, onCode, translators, theme }: TranslatorProps) {
  const kind = state.options.score as Kind;
  const translator = translators[kind];
  const computed = useComputed(state, {}, (_, { text }) => ({ translator, ...translate(translator, text!) }));
  const [sentence, formula, symbol] = WORDS[kind];
  return (
    <BlockFrame
      {...{ sentence, formula, symbol, computed }}
      onCode={() => onCode('seq2seq.ts', symbol)}
      onReset={() => onChange(START)}
      settings={
        <>
          <input
            type="text"
            class="sentence"
            aria-label="Sentence to translate"
            spellcheck={false}
            value={state.options.text!}
            onInput={(event) => onChange({ ...state, options: { ...state.options, text: event.currentTarget.value }, step: 0 })}
          />
          <Segments
            label="Kind of attention"
            choices={[
              { id: 'dot', label: 'Luong' },
              { id: 'bahdanau', label: 'Bahdanau' },
            ]}
            chosen={kind}
            onChoose={(score) => onChange({ ...state, options: { ...state.options, score } })}
          />
        </>
      }
    >
      {computed.result && <Figure {...{ state, onChange, theme }} result={computed.result} />}
    </BlockFrame>
  );
}

type Result = Translated & { readonly translator: Translator };

interface FigureProps extends PageProps {
  readonly result: Result;
  readonly theme: Theme;
}

/** A step for each word that is read, then one for each that is written. */
function Figure({ state, onChange, result, theme }: FigureProps) {
  const { source, said, steps } = result;
  const count = source.length + said.length;
  const at = Math.min(state.step, count - 1);
  const t = at - source.length;
  const written = t >= 0 ? steps.decoder[t]! : null;
  return (
    <Player steps={count} at={at} onMove={(step) => onChange({ ...state, step })} words={wordsOf(result, at)}>
      <p class="translation">
        <span>{source.slice(0, -1).join(' ')}</span> → <strong>{said.slice(0, Math.max(0, t + 1)).join(' ') || '…'}</strong>
      </p>
      {written && <Looks {...{ result, t, written, theme }} />}
      {written ? (
        <LstmStep title="The decoder’s LSTM" step={written} {...{ result, theme }} />
      ) : (
        <>
          <LstmStep
            title={steps.backward.length > 0 ? 'The encoder’s LSTM, forward' : 'The encoder’s LSTM'}
            step={steps.forward[at]!}
            {...{ result, theme }}
          />
          {steps.backward.length > 0 && <LstmStep title="The encoder’s LSTM, backward" step={steps.backward[at]!} {...{ result, theme }} />}
        </>
      )}
      <p class="note">
        Today’s translators kept the looking back, <Term id="cross">cross-attention</Term>, and gave up the LSTMs: every word then asks at
        the same time.
      </p>
    </Player>
  );
}

function wordsOf({ source, given, said, steps }: Result, at: number): string {
  if (at < source.length) return `The encoder reads “${source[at]}”.`;
  const t = at - source.length;
  const { weights, logits } = steps.decoder[t]!;
  const heaviest = weights.indexOf(Math.max(...weights));
  const share = percent(sharesOf(logits)[logits.indexOf(Math.max(...logits))]!);
  return `After “${given[t]}” the decoder looks at “${source[heaviest]}” (${percent(weights[heaviest]!)}) and says “${said[t]}” (${share}).`;
}

function sharesOf(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** A matrix as the walk's grids show it. */
function matrixOf(id: string, rows: Numbers): StageValue {
  const columns = rows[0]!.length;
  return { id, shape: [rows.length, columns], rows: rows.length, columns, data: Float32Array.from(rows.flat()), head: null };
}

interface LooksProps {
  readonly result: Result;
  readonly t: number;
  readonly written: DecoderStep;
  readonly theme: Theme;
}

/** The weights of all words written so far, and the likeliest next words. */
function Looks({ result, t, written, theme }: LooksProps) {
  const { source, said, steps, translator } = result;
  const value = useMemo(
    () =>
      matrixOf(
        'weights',
        steps.decoder.slice(0, t + 1).map(({ weights }) => weights),
      ),
    [steps, t],
  );
  const shares = sharesOf(written.logits);
  const best = shares
    .map((_, id) => id)
    .sort((a, b) => shares[b]! - shares[a]!)
    .slice(0, 3);
  return (
    <>
      <Numbered
        title="Attention over the encoder’s states"
        {...{ value, theme, lit: t, labels: said, columnLabels: source, isWeights: true }}
        start={{ row: t, column: written.weights.indexOf(Math.max(...written.weights)) }}
        worked={({ row, column }) => workedWeight(steps.decoder[row]!, column)}
      />
      <p class="likeliest">Likeliest next: {best.map((id) => `${translator.target[id]} ${percent(shares[id]!)}`).join(' · ')}</p>
    </>
  );
}

interface LstmProps {
  readonly title: string;
  readonly step: CellStep;
  readonly result: Result;
  readonly theme: Theme;
}

const ROW_NAMES = ['i  input gate', 'f  forget', 'g  candidate', 'o  output', 'c  cell', 'h  hidden'];

function LstmStep({ title, step, result, theme }: LstmProps) {
  const value = useMemo(
    () =>
      matrixOf(
        title,
        CELL_ROWS.map((row) => cellRow(step, row)),
      ),
    [step, title],
  );
  return (
    <Numbered
      {...{ title, value, theme, lit: null, labels: ROW_NAMES, columnLabels: null, isWeights: false }}
      start={{ row: 0, column: 0 }}
      worked={({ row, column }) => workedCell(result.translator.weights, step, CELL_ROWS[row]!, column)}
    />
  );
}

interface NumberedProps {
  readonly title: string;
  readonly value: StageValue;
  readonly theme: Theme;
  readonly lit: number | null;
  readonly labels: readonly string[];
  readonly columnLabels: readonly string[] | null;
  readonly isWeights: boolean;
  readonly start: Cell;
  readonly worked: (cell: Cell) => Arithmetic;
}

/** A grid with its readout; a click or Enter says how the number came about. */
function Numbered({ title, value, start, worked, ...look }: NumberedProps) {
  const [chosen, setChosen] = useState<Cell | null>(null);
  const [asked, setAsked] = useState<Cell | null>(null);
  const [numbers, setNumbers] = useState(false);
  const within = ({ row, column }: Cell): Cell => ({ row: Math.min(row, value.rows - 1), column: Math.min(column, value.columns - 1) });
  const cell = within(chosen ?? start);
  const open = asked && within(asked);
  return (
    <section class="numbered" aria-label={title}>
      <div class="row-tools">
        <h2 class="grow">{title}</h2>
        <IconButton
          label={numbers ? 'Show the picture' : 'Show the numbers'}
          icon={numbers ? 'symbol-color' : 'symbol-numeric'}
          pressed={numbers}
          onPress={() => setNumbers(!numbers)}
        />
      </div>
      {look.columnLabels && !numbers && (
        <div class="column-words" aria-hidden="true" style={{ gridTemplateColumns: `repeat(${value.columns}, minmax(0, 1fr))` }}>
          {look.columnLabels.map((word, i) => (
            <span key={i} title={word}>
              {word}
            </span>
          ))}
        </div>
      )}
      <Grid {...look} {...{ title, value, numbers, cell, wide: true }} onCell={setChosen} onAsk={setAsked} />
      <p class="walk-readout number">{cellWords({ value, cell, ...look })}</p>
      {open && (
        <div class="arithmetic" role="status">
          <div class="row-tools">
            <strong class="grow">How {placeWords(look.labels, look.columnLabels, open)} came about</strong>
            <IconButton label="Close the arithmetic" icon="close" onPress={() => setAsked(null)} />
          </div>
          <Terms arithmetic={worked(open)} />
        </div>
      )}
    </section>
  );
}
