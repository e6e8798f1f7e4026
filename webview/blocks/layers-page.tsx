/** Layers of neurons, one neuron after the other: the network, the weights of the layer, the sum of the neuron. */
import { Dropdown } from '../ui/controls.tsx';
import { NumberField } from '../ui/number.tsx';
import { Term } from '../ui/term.tsx';
import { BlockFrame, type PageProps, useComputed } from './frame.tsx';
import { layersIn, type Network, pass, START, widthsOf, withWidths } from './layers.ts';
import { NetworkPicture } from './network.tsx';
import { ACTIVATIONS, type ActivationName } from './neuron.ts';
import { choicesOf, workedOf } from './perceptron-page.tsx';
import { Player } from './player.tsx';
import { Shown, Typed } from './table.tsx';
import type { Texts } from './typed.ts';
import { digits, plus, products } from './words.ts';

const MOST_NEURONS = 6;
const MOST_HIDDEN = 3;
const SMOOTH = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => name !== 'step');

const namesOf = (tables: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.keys(tables).map((id) => {
      const layer = Number(id.at(-1)) + 1;
      return [
        id,
        id === 'input' ? 'the input' : id.startsWith('weights') ? `the weights of layer ${layer}` : `the biases of layer ${layer}`,
      ];
    }),
  );

export function LayersPage({ state, onChange, onCode }: PageProps & { readonly onCode: (file: string, symbol: string) => void }) {
  const computed = useComputed(state, namesOf(state.tables), pass);
  const { options } = state;
  return (
    <BlockFrame
      sentence="Layers of neurons, each reading all answers of the layer before. A bend between the layers lets them say what no single sum can: the example is exclusive or."
      formula={`h = f(W₁·x + b₁)   …   y = W_n·h + b_n      f: ${ACTIVATIONS[options.activation as ActivationName].replace('y = ', '')}`}
      onCode={() => onCode('perceptron.ts', 'multilayerPerceptron')}
      symbol="multilayerPerceptron"
      onReset={() => onChange(START)}
      computed={computed}
      settings={<Settings state={state} onChange={onChange} />}
    >
      {computed.result && <Figure {...{ state, onChange }} result={computed.result} problems={computed.problems} />}
    </BlockFrame>
  );
}

function Settings({ state, onChange }: PageProps) {
  const widths = widthsOf(state);
  const hidden = widths.slice(1, -1);
  const sized = (index: number, label: string, title: string) => (
    <NumberField
      key={index}
      {...{ label, title, value: widths[index]!, least: 1, most: MOST_NEURONS, step: 1 }}
      onChange={(width) => onChange(withWidths(state, widths.with(index, width)))}
    />
  );
  const deepen = (count: number) => {
    const all = Array.from({ length: count }, (_, i) => hidden[i] ?? hidden.at(-1) ?? 2);
    onChange(withWidths(state, [widths[0]!, ...all, widths.at(-1)!]));
  };
  return (
    <>
      {sized(0, 'inputs', 'How many inputs')}
      <NumberField
        label="hidden layers"
        title="How many hidden layers"
        {...{ least: 0, most: MOST_HIDDEN, step: 1 }}
        value={hidden.length}
        onChange={deepen}
      />
      {hidden.map((_, i) => sized(i + 1, i === 0 ? 'neurons' : '·', `Neurons of hidden layer ${i + 1}`))}
      {sized(widths.length - 1, 'outputs', 'How many outputs')}
      <Dropdown
        label="Activation"
        value={state.options.activation as ActivationName}
        choices={choicesOf(SMOOTH)}
        onChoose={(activation) => onChange({ ...state, options: { activation } })}
      />
    </>
  );
}

interface FigureProps extends PageProps {
  readonly result: Network;
  readonly problems: ReturnType<typeof useComputed>['problems'];
}

function Figure({ state, onChange, result, problems }: FigureProps) {
  const { layers, input } = result;
  const neurons = layers.flatMap(({ answers }, layer) => answers.map((_, neuron) => ({ layer, neuron })));
  const at = Math.min(state.step, neurons.length - 1);
  const { layer, neuron } = neurons[at]!;
  const here = layers[layer]!;
  const before = layer === 0 ? input : layers[layer - 1]!.answers;
  const isLast = layer === layers.length - 1;
  const type = (id: string) => (texts: Texts) => onChange({ ...state, tables: { ...state.tables, [id]: texts } });
  const move = (step: number) => onChange({ ...state, step });
  const answer = digits(here.answers[neuron]!);
  const sum = digits(here.sums[neuron]!);
  const place = isLast ? `Output ${neuron + 1}` : `Layer ${layer + 1}, neuron ${neuron + 1}`;
  const reached = (l: number, n: number) => neurons.findIndex((one) => one.layer === l && one.neuron === n) <= at;
  const [weightsId, biasId] = [`weights${layer}`, `bias${layer}`];
  return (
    <Player
      steps={neurons.length}
      at={at}
      onMove={move}
      words={`${place}: ${isLast ? sum : `sum ${sum}, after the activation ${answer}`}.`}
    >
      <NetworkPicture
        {...{ result, layer, neuron, reached }}
        onNeuron={(l, n) => move(neurons.findIndex((one) => one.layer === l && one.neuron === n))}
      />
      <div class="figure">
        <Typed
          title="Input x"
          texts={state.tables.input!}
          problems={problems.input ?? []}
          onChange={type('input')}
          lit={() => layer === 0}
        />
        <Typed
          title={`Weights of layer ${layer + 1}`}
          texts={state.tables[weightsId]!}
          problems={problems[weightsId] ?? []}
          onChange={type(weightsId)}
          lit={(row) => row === neuron}
        />
        <Typed
          title={`Biases of layer ${layer + 1}`}
          texts={state.tables[biasId]!}
          problems={problems[biasId] ?? []}
          onChange={type(biasId)}
          lit={(_, column) => column === neuron}
        />
        {layers.map(({ answers }, l) => (
          <Shown
            key={l}
            title={l === layers.length - 1 ? 'Output y' : `After layer ${l + 1}`}
            numbers={[answers.map((value, n) => (reached(l, n) ? value : null))]}
            lit={(_, column) => l === layer && column === neuron}
          />
        ))}
      </div>
      <p class="formula worked">
        {`z = ${products(here.weights[neuron]!, before)}${plus(here.bias[neuron]!)} = `}
        <strong class="sum-value">{sum}</strong>
        {!isLast && (
          <span class="line">
            {workedOf(result.name, sum).replace('y =', 'h =')}
            <strong class="answer">{answer}</strong>
          </span>
        )}
      </p>
      <p class="note">
        Every layer of a transformer has one of these behind its attention: the <Term id="feedForward">feed-forward network</Term>.{' '}
        {layersIn(state.tables) === 1 && 'Without a hidden layer this is a single linear map, and exclusive or is out of reach.'}
      </p>
    </Player>
  );
}
