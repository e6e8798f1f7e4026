/** Asks by name for the inputs of a graph that only the user can give, in the place where an error would stand. */
import { useState } from 'preact/hooks';
import { asHeadlightError } from '../../../model/errors.ts';
import { type Given, suggested, TOKENS, tensorOf } from '../../../model/onnx/given.ts';
import type { InputFacts } from '../../../model/protocol/engine.ts';
import type { Asking } from '../../state/types.ts';
import { Button, Icon, TextField } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

export function InputsForm({ asking: { inputs, tokens, problem, given: before } }: { asking: Asking }) {
  const { host, sessions } = usePanel();
  const [given, setGiven] = useState<readonly Given[]>(() =>
    inputs.map((input) => before.find(({ name }) => name === input.name) ?? suggested(input)),
  );
  const [tried, setTried] = useState(false);
  const problems = given.map((one) => problemOf(one, tokens));
  const change = (at: number, news: Partial<Given>) => setGiven(given.map((one, i) => (i === at ? { ...one, ...news } : one)));
  const run = () => {
    setTried(true);
    if (problems.every((problem) => problem === null)) void sessions.give(given);
  };
  const all = (values: string) => setGiven(given.map((one) => (one.values === '' ? { ...one, values } : one)));
  return (
    <form class="failed inputs-form" aria-labelledby="inputs-title" onSubmit={(event) => event.preventDefault()}>
      <h1 id="inputs-title">
        <Icon name="question" /> The model needs {inputs.length === 1 ? 'an input' : `${inputs.length} inputs`} that only you can give
      </h1>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <p>
        Its other inputs are filled from the text. In a shape, <code>{TOKENS}</code> stands for the text's {tokens} tokens. Values are{' '}
        <code>zeros</code>, <code>ones</code>, one number for all, or a list, row by row.
      </p>
      {given.map((one, i) => (
        <fieldset key={one.name}>
          <legend>
            <code>{one.name}</code> <span class="muted">{typeWords(inputs[i]!)}</span>
          </legend>
          <Labelled words="Shape">
            <TextField
              label={`Shape of ${one.name}`}
              placeholder="a single value"
              value={one.shape}
              onInput={(shape) => change(i, { shape })}
              onEnter={run}
            />
          </Labelled>
          <Labelled words="Values">
            <TextField
              label={`Values of ${one.name}`}
              placeholder="zeros, ones, 0.5, or a list"
              value={one.values}
              onInput={(values) => change(i, { values })}
              onEnter={run}
            />
          </Labelled>
          {problems[i] && (tried || one.values !== '') && (
            <p class="problem" role="alert">
              {problems[i]}
            </p>
          )}
        </fieldset>
      ))}
      <div class="row-tools">
        <Button label="Run" icon="play" appearance="primary" onPress={run} />
        <Button label="Fill the empty ones with zeros" onPress={() => all('zeros')} />
        <Button label="Choose another model" onPress={() => void host.request('chooseModel', null)} />
      </div>
    </form>
  );
}

const Labelled = ({ words, children }: { words: string; children: preact.ComponentChildren }) => (
  <div class="labelled">
    <span aria-hidden="true">{words}</span>
    {children}
  </div>
);

function problemOf(given: Given, tokens: number): string | null {
  try {
    tensorOf(given, tokens);
    return null;
  } catch (error) {
    return asHeadlightError(error, 'internal', 'This cannot be read').message;
  }
}

/** `float32 [batch, 1, 8]`, `bool, a single value`. */
function typeWords({ dtype, shape }: InputFacts): string {
  return shape.length === 0 ? `${dtype}, a single value` : `${dtype} [${shape.join(', ')}]`;
}
