/** One neuron, product by product: the sum of weighted inputs, then the activation. */
import { Dropdown } from '../ui/controls.tsx';
import { NumberField } from '../ui/number.tsx';
import { BlockFrame, type PageProps, useComputed } from './frame.tsx';
import { NetworkPicture } from './network.tsx';
import { ACTIVATIONS, type ActivationName, fire, type Neuron, START } from './neuron.ts';
import { Player } from './player.tsx';
import { Shown, Typed } from './table.tsx';
import { resized, type Texts } from './typed.ts';
import { digits, plus, products } from './words.ts';

const NAMES = { input: 'the input', weights: 'the weights', bias: 'the bias' };
const MOST_INPUTS = 8;

/** The activation's choices, those of a layer without the perceptron's step. */
export const choicesOf = (names: readonly ActivationName[]) =>
  names.map((name) => ({ value: name, label: name === 'linear' ? 'none' : name }));

export function PerceptronPage({ state, onChange, onCode }: PageProps & { readonly onCode: (file: string, symbol: string) => void }) {
  const computed = useComputed(state, NAMES, fire);
  const { tables, options } = state;
  const inputs = tables.input![0]!.length;
  const resize = (length: number) => {
    const [input, weights] = [resized(tables.input!, 1, length), resized(tables.weights!, 1, length)];
    onChange({ ...state, tables: { ...tables, input, weights }, step: 0 });
  };
  const choose = (activation: string) => onChange({ ...state, options: { ...options, activation } });
  const isStep = options.activation === 'step';
  const symbol = isStep ? 'perceptron' : options.activation === 'linear' ? 'identity' : options.activation!;
  return (
    <BlockFrame
      sentence="A neuron weighs its inputs and adds them up. The perceptron of 1958 then says yes or no; today a smooth activation bends the sum."
      formula={`z = Σ w_i·x_i + b      ${ACTIVATIONS[options.activation as ActivationName]}`}
      onCode={() => (isStep ? onCode('perceptron.ts', 'perceptron') : onCode('activations.ts', symbol))}
      symbol={symbol}
      onReset={() => onChange(START)}
      computed={computed}
      settings={
        <>
          <NumberField label="inputs" title="How many inputs" value={inputs} least={1} most={MOST_INPUTS} step={1} onChange={resize} />
          <Dropdown
            label="Activation"
            value={options.activation as ActivationName}
            choices={choicesOf(Object.keys(ACTIVATIONS) as ActivationName[])}
            onChoose={choose}
          />
        </>
      }
    >
      {computed.result && <Figure {...{ state, onChange }} result={computed.result} problems={computed.problems} />}
    </BlockFrame>
  );
}

interface FigureProps extends PageProps {
  readonly result: Neuron;
  readonly problems: ReturnType<typeof useComputed>['problems'];
}

/** A step for each product, one for the bias, one for the activation. */
function Figure({ state, onChange, result, problems }: FigureProps) {
  const { input, weights, bias, sum, answer, name } = result;
  const steps = input.length + 2;
  const at = Math.min(state.step, steps - 1);
  const type = (id: string) => (texts: Texts) => onChange({ ...state, tables: { ...state.tables, [id]: texts } });
  const labels = input.map((_, i) => `${i + 1}`);
  const lit = (_: number, column: number) => column === at;
  const weighed = Math.min(at + 1, input.length);
  const words =
    at < input.length
      ? `Input ${at + 1} counts ${digits(weights[at]!)} times.`
      : at === input.length
        ? `With the bias: z = ${digits(sum)}.`
        : `The activation answers y = ${digits(answer)}.`;
  const common = { columnLabels: labels, lit };
  return (
    <Player steps={steps} at={at} onMove={(step) => onChange({ ...state, step })} words={words}>
      <NetworkPicture
        result={{ input, name, layers: [{ weights: [weights], bias: [bias], sums: [sum], answers: [answer] }] }}
        layer={0}
        neuron={0}
        reached={() => at > input.length}
        onNeuron={() => onChange({ ...state, step: steps - 1 })}
      />
      <div class="figure">
        <div>
          <Typed title="Input x" texts={state.tables.input!} problems={problems.input ?? []} onChange={type('input')} {...common} />
          <Typed title="Weights w" texts={state.tables.weights!} problems={problems.weights ?? []} onChange={type('weights')} {...common} />
          <Shown title="Products w·x" numbers={[input.map((x, i) => (i <= at ? Math.fround(x * weights[i]!) : null))]} {...common} />
        </div>
        <Typed
          title="Bias b"
          texts={state.tables.bias!}
          problems={problems.bias ?? []}
          onChange={type('bias')}
          lit={() => at === input.length}
        />
      </div>
      <p class="formula worked">
        {`z = ${products(weights.slice(0, weighed), input)}${at < input.length - 1 ? ' + …' : ''}${at >= input.length ? plus(bias) : ''}`}
        {at >= input.length && (
          <>
            {' = '}
            <strong class="sum-value">{digits(sum)}</strong>
          </>
        )}
        {at > input.length && (
          <span class="line">
            {workedOf(name, digits(sum))}
            <strong class="answer">{digits(answer)}</strong>
          </span>
        )}
      </p>
    </Player>
  );
}

/** The activation's formula with its number in it, up to the answer. */
export function workedOf(name: ActivationName, z: string): string {
  const inside = z.startsWith('−') ? `(${z})` : z;
  if (name === 'step') return `y = 1 where ${z} > 0, else 0: `;
  const worked: Readonly<Record<Exclude<ActivationName, 'step'>, string>> = {
    relu: `max(${z}, 0)`,
    sigmoid: `1 / (1 + e^−${inside})`,
    tanh: `tanh(${z})`,
    gelu: `${z}·Φ(${z})`,
    silu: `${z}·σ(${z})`,
    linear: z,
  };
  return `y = ${worked[name]} = `;
}
