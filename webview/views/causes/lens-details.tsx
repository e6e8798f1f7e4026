/** What the chosen cell of the lens says, in numbers. */
import type { LensResult } from '../../../model/protocol/engine.ts';
import { exact } from '../../draw/numbers.ts';
import { probabilityWords } from '../predict/shares.tsx';
import type { Cell } from './lens-geometry.ts';
import type { Question } from './question.tsx';

/** What a state is called at its row. */
export const stateName = (states: number) => (state: number) =>
  state === 0 ? 'embed' : state === states - 1 ? `L${state} = out` : `L${state}`;
/** The same in a sentence. */
export const stateWords = (states: number, state: number) =>
  state === 0 ? 'before the first layer' : `after layer ${state}${state === states - 1 ? ', the model’s answer' : ''}`;

/** One cell in numbers: its likeliest, and the answer's way through the layers of its column. */
export function CellDetails({ question, lens, cell, column }: { question: Question; lens: LensResult; cell: Cell; column: string }) {
  const at = cell.state * lens.rows + cell.column;
  const list = Array.from({ length: lens.count }, (_, k) => ({
    id: lens.ids[at * lens.count + k]!,
    share: lens.probabilities[at * lens.count + k]!,
  }));
  const way = Array.from({ length: lens.states }, (_, state) => lens.asked[state * lens.rows + cell.column]!);
  return (
    <div class="lens-details">
      <section aria-label="The cell">
        <h3>
          {column}, {stateWords(lens.states, cell.state)}
        </h3>
        <ol class="top shares">
          {list.map(({ id, share }) => (
            <Line key={id} name={question.nameOf(id)} share={share} />
          ))}
        </ol>
      </section>
      {question.answer !== null && (
        <section aria-label="The answer through the layers">
          <h3>
            {question.nameOf(question.answer)} at {column}, layer by layer
          </h3>
          <ol class="top shares">
            {way
              .map((share, state) => ({ share, state }))
              .reverse()
              .map(({ share, state }) => (
                <Line key={state} name={stateName(lens.states)(state)} share={share} />
              ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function Line({ name, share }: { name: string; share: number }) {
  return (
    <li>
      <span class="line" title={exact(share)}>
        <span class="name" dir="auto">
          {name}
        </span>
        <span class="bar">
          <span style={{ width: `${100 * share}%` }} />
        </span>
        <span class="number">{probabilityWords(share)}</span>
      </span>
    </li>
  );
}
