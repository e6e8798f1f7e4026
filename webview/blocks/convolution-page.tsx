/** The kernel slides over the input: products, their sum, and the output that fills. */

import { NumberField } from '../ui/number.tsx';
import { Term } from '../ui/term.tsx';
import { type Slid, START, slide, windowOf } from './convolution.ts';
import { BlockFrame, type PageProps, useComputed } from './frame.tsx';
import { Player } from './player.tsx';
import { Shown, Typed } from './table.tsx';
import { MOST, resized, type Texts } from './typed.ts';
import { digits, plus, products } from './words.ts';

const NAMES = { input: 'the input', kernel: 'the kernel', bias: 'the bias' };
const LARGEST_KERNEL = 5;

export function ConvolutionPage({ state, onChange, onCode }: PageProps & { readonly onCode: (file: string, symbol: string) => void }) {
  const computed = useComputed(state, NAMES, slide);
  const { result } = computed;
  return (
    <BlockFrame
      sentence="A small window of weights slides over a picture. Where it lies, weights and numbers are multiplied and added up: the sum is large where the picture looks like the window."
      formula="y[r, c] = b + Σ W[i, j] · x[r·stride + i − padding, c·stride + j − padding]"
      onCode={() => onCode('convolution.ts', 'convolution')}
      symbol="convolution"
      onReset={() => onChange(START)}
      computed={computed}
      settings={<Settings state={state} onChange={onChange} />}
    >
      {result && <Figure {...{ state, onChange, result }} problems={computed.problems} />}
    </BlockFrame>
  );
}

function Settings({ state, onChange }: PageProps) {
  const { tables, options } = state;
  const size = (id: 'input' | 'kernel', axis: 'rows' | 'columns', most: number) => {
    const table: Texts = tables[id]!;
    const [rows, columns] = [table.length, table[0]!.length];
    const change = (length: number) => {
      const next = axis === 'rows' ? resized(table, length, columns) : resized(table, rows, length);
      onChange({ ...state, tables: { ...tables, [id]: next }, step: 0 });
    };
    return { value: axis === 'rows' ? rows : columns, least: 1, most, step: 1, title: `${axis} of ${NAMES[id]}`, onChange: change };
  };
  const option = (id: string, least: number, most: number) => ({
    value: Number(options[id]),
    ...{ least, most, step: 1, title: id },
    onChange: (value: number) => onChange({ ...state, options: { ...options, [id]: String(value) }, step: 0 }),
  });
  return (
    <>
      <NumberField label="input" {...size('input', 'rows', MOST)} />
      <NumberField label="×" {...size('input', 'columns', MOST)} />
      <NumberField label="kernel" {...size('kernel', 'rows', LARGEST_KERNEL)} />
      <NumberField label="×" {...size('kernel', 'columns', LARGEST_KERNEL)} />
      <NumberField label="stride" {...option('stride', 1, 4)} />
      <NumberField label="padding" {...option('padding', 0, 3)} />
    </>
  );
}

interface FigureProps extends PageProps {
  readonly result: Slid;
  readonly problems: ReturnType<typeof useComputed>['problems'];
}

function Figure({ state, onChange, result, problems }: FigureProps) {
  const { output, kernel } = result;
  const columns = output[0]!.length;
  const steps = output.length * columns;
  const at = Math.min(state.step, steps - 1);
  const window = windowOf(result, at);
  const move = (step: number) => onChange({ ...state, step });
  const type = (id: string) => (texts: Texts) => onChange({ ...state, tables: { ...state.tables, [id]: texts } });
  const isUnder = (row: number, column: number) =>
    row >= window.top && row < window.top + kernel.length && column >= window.left && column < window.left + kernel[0]!.length;
  const y = output[window.row]![window.column]!;
  return (
    <Player steps={steps} at={at} onMove={move} words={`Output row ${window.row + 1}, column ${window.column + 1}: ${digits(y)}.`}>
      <div class="figure">
        <Typed
          title="Input x"
          texts={state.tables.input!}
          problems={problems.input ?? []}
          padding={result.padding}
          lit={isUnder}
          onChange={type('input')}
          free
        />
        <span class="sign" aria-hidden="true">
          ∗
        </span>
        <div>
          <Typed title="Kernel W" texts={state.tables.kernel!} problems={problems.kernel ?? []} onChange={type('kernel')} />
          <Typed title="Bias b" texts={state.tables.bias!} problems={problems.bias ?? []} onChange={type('bias')} />
        </div>
        <span class="sign" aria-hidden="true">
          =
        </span>
        <Shown
          title="Output y"
          numbers={output.map((cells, row) => cells.map((value, column) => (row * columns + column <= at ? value : null)))}
          lit={(row, column) => row === window.row && column === window.column}
          onCell={(row, column) => move(row * columns + column)}
        />
      </div>
      <Sum {...{ result, window, y }} />
    </Player>
  );
}

/** Products as the kernel lies, and what they add up to. */
function Sum({ result: { kernel, bias }, window, y }: { result: Slid; window: ReturnType<typeof windowOf>; y: number }) {
  return (
    <div class="sum">
      <Shown
        title="Products W·x"
        numbers={kernel.map((cells, i) => cells.map((weight, j) => Math.fround(weight * window.under[i]![j]!)))}
      />
      <p class="formula worked">
        {`y[${window.row + 1}, ${window.column + 1}] = `}
        {kernel.map((cells, i) => (
          <span key={i} class="line">
            {products(cells, window.under[i]!)}
            {i < kernel.length - 1 ? ' +' : plus(bias)}
          </span>
        ))}
        <span class="line">
          = <strong class="answer">{digits(y)}</strong>
        </span>
      </p>
      <p class="note">
        A vision transformer cuts its picture into <Term id="patch">patches</Term> with this very block: a stride as wide as the kernel.
      </p>
    </div>
  );
}
