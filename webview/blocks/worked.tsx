/** The formulas of one unit at one step, with their numbers. */
import { GATES, type StepNow, type Walked } from './steps.ts';
import { digits, factor, plus, products } from './words.ts';

interface WorkedProps {
  readonly walked: Walked;
  readonly step: number;
  readonly unit: number;
}

export function Worked({ walked, step, unit }: WorkedProps) {
  const now = walked.steps[step]!;
  const gates = GATES[walked.cell].map((_, gate) => gateLine(walked, now, gate, unit));
  return (
    <dl class="worked">
      {[...gates, ...stateLines(walked, now, unit)].map(({ name, terms, result }) => (
        <div key={name} data-line={name}>
          <dt>{name}</dt>
          <dd class="formula">
            {terms} = <strong>{digits(result)}</strong>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface Line {
  readonly name: string;
  readonly terms: string;
  readonly result: number;
}

/** A gate: its products, its sum, and what the sum becomes. */
function gateLine({ cell, weights, bias, width, units }: Walked, { x, hidden, gates }: StepNow, gate: number, unit: number): Line {
  const { name, out, sums, fromState } = gates[gate]!;
  const row = gate * units + unit;
  const ofInput = `${products(weights[row]!.slice(0, width), x)}${plus(bias[row]![0]!)}`;
  const ofState = `${products(weights[row]!.slice(width), hidden)}${cell === 'gru' ? plus(bias[row]![1]!) : ''}`;
  const f = name === 'g' || name === 'n' || name === 'h' ? 'tanh' : 'σ';
  const sum = digits(sums[unit]!);
  const held = name === 'n' ? `${digits(gates[0]!.out[unit]!)}·(${ofState})` : ofState;
  const note = name === 'n' ? ` [r·${factor(fromState[unit]!)}]` : '';
  return { name: cell === 'rnn' ? 'h_t' : name, terms: `${f}(${ofInput} + ${held}${note}) = ${f}(${sum})`, result: out[unit]! };
}

/** What becomes of the state. */
function stateLines({ cell }: Walked, { gates, cell: before, nextCell, hidden, nextHidden }: StepNow, unit: number): Line[] {
  const [a, b, c, d] = gates.map(({ out }) => digits(out[unit]!));
  if (cell === 'lstm') {
    return [
      { name: 'c_t', terms: `f·c_{t−1} + i·g = ${b}·${factor(before![unit]!)} + ${a}·${inside(c!)}`, result: nextCell![unit]! },
      { name: 'h_t', terms: `o·tanh(c_t) = ${d}·tanh(${digits(nextCell![unit]!)})`, result: nextHidden[unit]! },
    ];
  }
  if (cell === 'rnn') return [];
  return [
    { name: 'h_t', terms: `(1 − z)·n + z·h_{t−1} = (1 − ${b})·${inside(c!)} + ${b}·${factor(hidden[unit]!)}`, result: nextHidden[unit]! },
  ];
}

const inside = (words: string): string => (words.startsWith('−') ? `(${words})` : words);
