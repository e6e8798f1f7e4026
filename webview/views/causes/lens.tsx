/** The logit lens: what the model's head reads after every layer, at every position. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LensResult } from '../../../model/protocol/engine.ts';
import { percent } from '../../draw/numbers.ts';
import { tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { useAsked } from './asked.ts';
import { Definition } from './definition.tsx';
import { CellDetails, stateName, stateWords } from './lens-details.tsx';
import { drawLens } from './lens-draw.ts';
import { type Cell, cellAt, type Grid, scrollTo, sizeOf, stepped } from './lens-geometry.ts';
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
  const { store, theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const state = useSignal(lens.states - 1);
  const pointed = useSignal<Cell | null>(null);
  const scroll = useSignal({ left: 0, top: 0 });
  const colour = useSignal<'top' | 'answer'>('top');
  const grid: Grid = { states: lens.states, columns: lens.rows };
  const perToken = question.side !== null && lens.rows === question.side.count;
  const chosen: Cell = { state: Math.min(state.value, lens.states - 1), column: perToken ? (question.position ?? 0) : 0 };
  const at = (cell: Cell) => cell.state * lens.rows + cell.column;
  const topShare = (cell: Cell) => lens.probabilities[at(cell) * lens.count]!;
  const columns = perToken ? Array.from({ length: lens.rows }, (_, t) => tokenLabel(question.side!, t)) : ['the whole'];
  const share = colour.value === 'top' ? topShare : (cell: Cell) => lens.asked[at(cell)]!;
  const name = (cell: Cell) => question.nameOf(lens.ids[at(cell) * lens.count]!);
  useDraw(() => {
    if (!canvas.current || size.width === 0) return;
    const window = { ...scroll.peek(), width: size.width, height: size.height };
    drawLens(canvas.current, window, {
      theme: theme.value,
      grid,
      columns,
      top: name,
      share,
      chosen,
      pointed: pointed.value,
      stateName: stateName(lens.states),
    });
  });
  void scroll.value;
  const show = (cell: Cell) => {
    const element = box.current;
    if (!element) return;
    const to = scrollTo(grid, cell, { left: element.scrollLeft, top: element.scrollTop }, size);
    element.scrollTo(to.left, to.top);
  };
  useEffect(() => {
    if (size.width > 0) show(chosen);
  }, [size.width > 0, chosen.column]);
  const go = (cell: Cell) => {
    state.value = cell.state;
    if (perToken) select(store, { query: cell.column });
    show(cell);
  };
  const hit = (event: MouseEvent) => {
    const bounds = canvas.current!.getBoundingClientRect();
    return cellAt(grid, event.clientX - bounds.left, event.clientY - bounds.top, scroll.peek());
  };
  const { width, height } = sizeOf(grid);
  return (
    <>
      <div class="row-tools">
        <span class="muted">colour and number</span>
        <Dropdown
          label="What colours the cells"
          value={colour.value}
          choices={[
            { value: 'top', label: 'probability of the cell’s likeliest' },
            { value: 'answer', label: `probability of ${question.answer === null ? 'the answer' : question.nameOf(question.answer)}` },
          ]}
          onChoose={(value) => {
            colour.value = value;
          }}
        />
      </div>
      <div
        class="lens-box"
        ref={box as { current: HTMLDivElement }}
        role="listbox"
        tabIndex={0}
        aria-label="Layers and positions. Arrow keys walk; up is towards the answer."
        aria-activedescendant="lens-cell"
        style={{ height: `${Math.min(height + 14, 380)}px` }}
        onScroll={(event) => {
          scroll.value = { left: event.currentTarget.scrollLeft, top: event.currentTarget.scrollTop };
        }}
        onClick={(event) => {
          const cell = hit(event);
          if (cell) go(cell);
        }}
        onPointerMove={(event) => {
          pointed.value = hit(event);
        }}
        onPointerLeave={() => {
          pointed.value = null;
        }}
        onKeyDown={(event) => {
          const to = stepped(grid, chosen, event.key);
          if (!to) return;
          go(to);
          event.preventDefault();
        }}
      >
        <canvas ref={canvas} class="lens-canvas" />
        <div class="lens-room" style={{ width: `${width}px`, height: `${height}px` }} />
        <div class="unseen" role="option" tabIndex={-1} id="lens-cell" aria-selected="true">
          {`${stateWords(lens.states, chosen.state)}, ${columns[chosen.column]}: ${name(chosen)} ${percent(topShare(chosen))}`}
        </div>
      </div>
      <CellDetails
        question={question}
        lens={lens}
        cell={pointed.value ?? chosen}
        column={columns[(pointed.value ?? chosen).column] ?? ''}
      />
    </>
  );
}
