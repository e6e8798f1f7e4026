/** How alike other texts are to this one: the cosine of the model's vectors. */
import { useSignal } from '@preact/signals';
import { asHeadlightError } from '../../../model/errors.ts';
import { cosine, type Pooling, sentenceVector } from '../../../model/predictions/similarity.ts';
import { exact } from '../../draw/numbers.ts';
import type { Session } from '../../state/types.ts';
import { Button, Dropdown, TextField } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from './hooks.ts';
import { taskFor } from './task.ts';

interface Other {
  readonly text: string;
  /** By pooling. */
  readonly vectors: Readonly<Record<Pooling, Float64Array>>;
}

const POOLINGS = [
  { value: 'mean', label: 'mean of all tokens' },
  { value: 'first', label: 'first token (CLS)' },
] as const;

export function SimilarSection({ session }: { session: Session }) {
  const { sessions, host } = usePanel();
  const { output } = taskFor(session)!;
  const others = useSignal<readonly Other[]>([]);
  const typed = useSignal('');
  const failure = useSignal('');
  const pooling = useSignal<Pooling>('mean');
  const own = useAnswer(`${session.run.run}`, () => sessions.ask('output', { run: session.run.run, name: output }));
  const add = async () => {
    const text = typed.peek().trim();
    if (text === '') return;
    failure.value = '';
    try {
      const params = await host.request('encode', { model: session.show.model.id, text, specials: true });
      const states = await sessions.ask('outputFor', { params, output });
      const vectors = { mean: sentenceVector(states, 'mean'), first: sentenceVector(states, 'first') };
      others.value = [{ text, vectors }, ...others.peek().filter((other) => other.text !== text)];
    } catch (error) {
      failure.value = asHeadlightError(error, 'internal', 'The text could not be read').message;
    }
  };
  const vector = own.last && sentenceVector(own.last, pooling.value);
  const pools = own.last?.shape.length === 3;
  return (
    <>
      <p class="note">This model makes a vector of each text. Type another one to see how alike they are (cosine, −1 to 1).</p>
      <div class="row-tools similar-tools">
        <TextField
          label="Another text"
          placeholder="another text"
          value={typed.value}
          onInput={(text) => {
            typed.value = text;
          }}
          onEnter={() => void add()}
        />
        <Button label="Compare" appearance="primary" onPress={() => void add()} />
        {pools && (
          <Dropdown
            label="How the tokens’ vectors become one"
            value={pooling.value}
            choices={POOLINGS}
            onChoose={(value) => {
              pooling.value = value;
            }}
          />
        )}
      </div>
      {(failure.value || own.now.state === 'failed') && (
        <p class="failed" role="alert">
          {failure.value || (own.now.state === 'failed' ? own.now.error.message : '')}
        </p>
      )}
      {vector && (
        <ol class="surprises" aria-label="Texts by likeness">
          {[...others.value]
            .map(({ text, vectors }) => ({ text, likeness: cosine(vector, vectors[pooling.value]) }))
            .sort((a, b) => b.likeness - a.likeness)
            .map(({ text, likeness }) => (
              <li key={text} class="line" title={exact(likeness)}>
                <span class="name" dir="auto">
                  {text}
                </span>
                <span class="number">{likeness.toFixed(3)}</span>
              </li>
            ))}
        </ol>
      )}
    </>
  );
}
