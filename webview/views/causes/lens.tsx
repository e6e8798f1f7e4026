/** The logit lens: what the model's head reads after every layer, at every position. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { LensResult } from '../../../model/protocol/engine.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { useAsked } from './asked.ts';
import { Definition } from './definition.tsx';
import { CellDetails } from './lens-details.tsx';
import type { Cell } from './lens-geometry.ts';
import { LensSurface, viewOf } from './lens-surface.tsx';
import { AnswerChoice, type Question, useQuestion } from './question.tsx';
import { Failed, Working } from './working.tsx';

/** Likeliest tokens of each cell that are kept for the details. */
const KEPT = 5;

export function LensSection({ session }: { session: Session }) {
  const { sessions } = usePanel();
  const { run } = session.run;
  const { last: facts } = useAnswer(`facts ${run}`, () => sessions.ask('causes', { run }));
  if (!facts) return <p class="note">Looking at the graph …</p>;
  return facts.lens === null ? <Reading session={session} /> : <p class="note">{facts.lens}</p>;
}

function Reading({ session }: { session: Session }) {
  const { sessions } = usePanel();
  const named = useSignal<readonly number[]>([]);
  const question = useQuestion(session, named.value);
  const { answer, place } = question;
  const { run } = session.run;
  const key = JSON.stringify([run, place.output, answer]);
  const count = Math.min(KEPT, question.shares?.size ?? KEPT);
  const { task, last, cancel } = useAsked(answer === null ? null : key, (options) =>
    sessions.ask('lens', { run, output: place.output, count, asked: [answer!] }, options),
  );
  useEffect(() => {
    if (last) named.value = [...new Set(last.ids)];
  }, [last]);
  return (
    <>
      <div class="row-tools">
        <AnswerChoice session={session} question={question} weighed={false} />
      </div>
      <Working task={task} onCancel={cancel} />
      <Failed task={task} />
      {last && <LensGrid question={question} lens={last} />}
      <Definition title="What is shown?">
        The state after each layer, put through what the model does after its last one: final norm and output weights
        {question.task.kind === 'masked-token' ? ' (for BERT and its kin: the whole prediction head)' : ''}. The top row is the model’s own
        answer, the lowest the embedding. Each cell: the likeliest token there with its probability. Earlier layers were not trained to be
        read this way: what stands there is a reading, not a belief (nostalgebraist 2020, “logit lens”).
      </Definition>
    </>
  );
}

function LensGrid({ question, lens }: { question: Question; lens: LensResult }) {
  const { store } = usePanel();
  const state = useSignal(lens.states - 1);
  const pointed = useSignal<Cell | null>(null);
  const colour = useSignal<'top' | 'answer'>('top');
  const view = viewOf(question, lens, colour.value);
  const chosen: Cell = { state: Math.min(state.value, lens.states - 1), column: view.perToken ? (question.position ?? 0) : 0 };
  const choose = (cell: Cell) => {
    state.value = cell.state;
    if (view.perToken) select(store, { query: cell.column });
  };
  const detailed = pointed.value ?? chosen;
  const followed = question.answer === null ? 'the answer' : question.nameOf(question.answer);
  return (
    <>
      <div class="row-tools">
        <span class="muted">colour and number</span>
        <Dropdown
          label="What colours the cells"
          value={colour.value}
          choices={[
            { value: 'top', label: 'probability of the cell’s likeliest' },
            { value: 'answer', label: `probability of ${followed}` },
          ]}
          onChoose={(value) => {
            colour.value = value;
          }}
        />
      </div>
      <LensSurface view={view} chosen={chosen} pointed={pointed} onChoose={choose} />
      <CellDetails question={question} lens={lens} cell={detailed} column={view.columns[detailed.column] ?? ''} />
    </>
  );
}
