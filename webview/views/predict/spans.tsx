/** Where in the text the answer lies: the best stretches by start and end. */
import { answerSpans } from '../../../model/predictions/spans.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { heatAt } from '../../colour/heat.ts';
import { STEPS } from '../../colour/scales.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { usePanel } from '../context.ts';
import { useAnswer } from './hooks.ts';
import { probabilityWords } from './shares.tsx';
import { Strip } from './strip.tsx';
import { readSide } from './task.ts';

export function SpansSection({ session }: { session: Session }) {
  const { store, sessions, theme } = usePanel();
  const side = readSide(session)!;
  const { now, last } = useAnswer<readonly [Tensor, Tensor]>(`${session.run.run}`, () => {
    const { run } = session.run;
    const ask = (name: string) => sessions.ask('output', { run, name });
    return Promise.all([ask('start_logits'), ask('end_logits')]);
  });
  if (now.state === 'failed') return <p class="failed">{now.error.message}</p>;
  if (!last) return null;
  const isPair = side.tokens.some(({ segment }) => segment === 1);
  const may = side.tokens.flatMap(({ special, segment }, token) => (special || (isPair && segment === 0) ? [] : [token]));
  const [starts, ends] = last.map(({ data }) => Float64Array.from(data as Float32Array)) as [Float64Array, Float64Array];
  const spans = answerSpans(starts, ends, may);
  const best = spans[0];
  const share = (token: number) =>
    spans.reduce((sum, { start, end, probability }) => sum + (token >= start && token <= end ? probability : 0), 0);
  return (
    <>
      {!isPair && (
        <p class="note">
          This model answers a question about a text: run <i>Visualize a Pair of Texts</i> with the question first and the text second. Here
          it answers within one text.
        </p>
      )}
      <Strip
        side={side}
        label="Text, the answers tinted by their probability. Arrow keys choose a token."
        chosen={store.selection.value.query}
        onChoose={(query) => select(store, { query })}
        paint={(token) => (share(token) > 0.005 ? heatAt(theme.value.heat, Math.round(Math.min(1, share(token)) * (STEPS - 1))) : null)}
        title={(token) => `in the answer: ${probabilityWords(share(token))}`}
      />
      <ol class="surprises" aria-label="Answers">
        {spans.map(({ start, end, score, probability }) => (
          <li key={`${start} ${end}`}>
            <button
              type="button"
              class="line"
              title={`start + end logit ${score.toFixed(3)}`}
              onClick={() => select(store, { query: start })}
            >
              <span class="name" dir="auto">
                {side.text.slice(side.tokens[start]!.start, side.tokens[end]!.end)}
              </span>
              <span class="number">{probabilityWords(probability)}</span>
            </button>
          </li>
        ))}
      </ol>
      {best && <p class="note">Probability: p(start) · p(end), each a softmax over the tokens that may answer.</p>}
    </>
  );
}
