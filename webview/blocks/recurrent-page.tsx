/** A recurrent layer step by step: the sequence, the weights, what the gates say, and the state that is carried on. */
import { NumberField } from '../ui/number.tsx';
import { Segments } from '../ui/segments.tsx';
import { BlockFrame, type BlockState, type PageProps, useComputed } from './frame.tsx';
import { Player } from './player.tsx';
import { sizesOf, withSizes } from './sizes.ts';
import { type Cell, GATES, STARTS, type Walked, walkAlong } from './steps.ts';
import { Shown, Typed } from './table.tsx';
import { MOST, type Texts } from './typed.ts';
import { digits } from './words.ts';
import { Worked } from './worked.tsx';

const NAMES = { input: 'the sequence', weights: 'the weights', bias: 'the biases', start: 'the first state' };
const MOST_UNITS = 4;
const MOST_INPUTS = 4;

const WORDS: Readonly<Record<Cell, readonly [sentence: string, formula: string]>> = {
  rnn: [
    'A cell reads a sequence step by step and carries a state along. In the example the first unit holds on to what it saw, the second lets it go.',
    'h_t = tanh(W·x_t + U·h_{t−1} + b)',
  ],
  lstm: [
    'Gates between 0 and 1 say what to forget (f), what to write (i) and what to show (o); the candidate g is what could be written. The cell c is carried on almost untouched where f is near 1: so it remembers for long.',
    'i, f, o = σ(W·x_t + U·h_{t−1} + b)   g = tanh(W·x_t + U·h_{t−1} + b)   c_t = f·c_{t−1} + i·g   h_t = o·tanh(c_t)',
  ],
  gru: [
    'Two gates: r says how much of the old state the candidate n may see, z how much of it is kept. One state does the work of the LSTM’s two.',
    'r, z = σ(W·x_t + b + U·h_{t−1} + c)   n = tanh(W·x_t + b + r·(U·h_{t−1} + c))   h_t = (1 − z)·n + z·h_{t−1}',
  ],
};

interface RecurrentProps extends PageProps {
  readonly cell: Cell;
  readonly onCode: (file: string, symbol: string) => void;
}

export function RecurrentPage({ cell, state, onChange, onCode }: RecurrentProps) {
  const computed = useComputed(state, NAMES, (tables) => walkAlong(cell, tables));
  const [sentence, formula] = WORDS[cell];
  const symbol = cell === 'lstm' ? 'lstmCell' : cell;
  return (
    <BlockFrame
      {...{ sentence, formula, symbol, computed }}
      onCode={() => onCode(`${cell}.ts`, symbol)}
      onReset={() => onChange(STARTS[cell])}
      settings={<Settings {...{ cell, state, onChange }} />}
    >
      {computed.result && <Figure {...{ state, onChange }} result={computed.result} problems={computed.problems} />}
    </BlockFrame>
  );
}

function Settings({ cell, state, onChange }: PageProps & { readonly cell: Cell }) {
  const sizes = sizesOf(state);
  const field = (name: keyof typeof sizes, label: string, title: string, most: number) => (
    <NumberField
      {...{ label, title, value: sizes[name], least: 1, most, step: 1 }}
      onChange={(length) => onChange(withSizes(cell, state, { ...sizes, [name]: length }))}
    />
  );
  return (
    <>
      {field('steps', 'steps T', 'How many steps the sequence has', MOST)}
      {field('width', 'inputs E', 'How many numbers go in at a step', MOST_INPUTS)}
      {field('units', 'units D', 'How many numbers the state has', MOST_UNITS)}
    </>
  );
}

interface FigureProps extends PageProps {
  readonly result: Walked;
  readonly problems: ReturnType<typeof useComputed>['problems'];
}

const counted = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? letter : `${letter}${i + 1}`));

/** Where the biases stand: a GRU keeps those of its two sums apart. */
const biasLabels = (cell: Cell): string[] => (cell === 'gru' ? ['b', 'c'] : ['b']);

function Figure({ state, onChange, result, problems }: FigureProps) {
  const { cell, units, width, steps } = result;
  const at = Math.min(state.step, steps.length - 1);
  const now = steps[at]!;
  const unit = Math.min(Number(state.options.unit), units - 1);
  const ofUnit = (next: number): BlockState => ({ ...state, options: { unit: String(next) } });
  const typed = (id: 'input' | 'weights' | 'bias' | 'start') => ({
    texts: state.tables[id]!,
    problems: problems[id] ?? [],
    onChange: (texts: Texts) => onChange({ ...state, tables: { ...state.tables, [id]: texts } }),
  });
  const gateRows = GATES[cell].flatMap((gate) => counted(gate, units));
  const isRowOfUnit = (row: number) => row % units === unit;
  const stateLabels = [...counted('h', units), ...(cell === 'lstm' ? counted('c', units) : [])];
  const before = (h: readonly number[], c: readonly number[] | null) => [...h, ...(c ?? [])];
  const rows = [before(steps[0]!.hidden, steps[0]!.cell), ...steps.map((one) => before(one.nextHidden, one.nextCell))];
  const words = `Step ${at + 1} of ${steps.length}: in goes ${now.x.map(digits).join(', ')}; unit ${unit + 1} shows ${digits(now.nextHidden[unit]!)}.`;
  return (
    <Player steps={steps.length} at={at} onMove={(step) => onChange({ ...state, step })} words={words}>
      <div class="figure">
        <Typed
          title="Sequence x"
          {...typed('input')}
          rowLabels={steps.map((_, t) => `t ${t + 1}`)}
          columnLabels={counted('x', width)}
          lit={(row) => row === at}
        />
        <Shown
          title="States"
          numbers={rows.map((row, t) => (t <= at + 1 ? row : row.map(() => null)))}
          rowLabels={rows.map((_, t) => `t ${t}`)}
          columnLabels={stateLabels}
          lit={(row, column) => row === at + 1 && column % units === unit}
          onCell={(row, column) => onChange({ ...ofUnit(column % units), step: Math.max(0, row - 1) })}
        />
        {cell !== 'rnn' && (
          <Shown
            title={`Gates at t ${at + 1}`}
            numbers={now.gates.map(({ out }) => out)}
            rowLabels={GATES[cell]}
            columnLabels={counted('unit ', units)}
            lit={(_, column) => column === unit}
            onCell={(_, column) => onChange(ofUnit(column))}
          />
        )}
      </div>
      <div class="row-tools">
        {units > 1 && (
          <Segments
            label="Unit whose numbers are worked out"
            choices={Array.from({ length: units }, (_, i) => ({ id: String(i), label: `unit ${i + 1}` }))}
            chosen={String(unit)}
            onChoose={(id) => onChange(ofUnit(Number(id)))}
          />
        )}
      </div>
      <Worked walked={result} step={at} unit={unit} />
      <div class="figure">
        <Typed
          title="Weights W, U"
          {...typed('weights')}
          rowLabels={gateRows}
          columnLabels={[...counted('x', width), ...counted('h', units)]}
          lit={isRowOfUnit}
        />
        <Typed title="Biases" {...typed('bias')} rowLabels={gateRows} columnLabels={biasLabels(cell)} lit={isRowOfUnit} />
        <Typed
          title="First state"
          {...typed('start')}
          rowLabels={cell === 'lstm' ? ['h', 'c'] : ['h']}
          columnLabels={counted('unit ', units)}
        />
      </div>
    </Player>
  );
}
