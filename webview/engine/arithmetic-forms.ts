/** Numbers that are turned, scaled, shifted or only moved: a factor times few numbers of the block before. */
import type { Arithmetic } from '../../model/protocol/walk.ts';
import { ofFew, turned, weightedSum } from '../../model/walk/arithmetic.ts';
import { angleBehind, type LinearForm, linearForm, type Term } from '../../model/walk/linear-form.ts';
import { isEndOf, numberOf, type Question } from './question.ts';

/** @returns null where the number is made in another way */
export async function ofForm(question: Question): Promise<Arithmetic | null> {
  const { cells, step, at } = question;
  const form = await linearForm(cells, { value: step.id, at }, isEndOf(question));
  if (!form) return null;
  const { terms, constant } = form;
  const numbers = await Promise.all(terms.map((term) => cells.number(term)));
  if (terms.length === 0) return ofFew(numberOf(question), constant, 'put in: the same whatever the text says', ['x'], [constant]);
  if (step.kind === 'rotation' && terms.length === 2) return ofTurned(question, form, numbers);
  if (terms.length > 1 || constant !== 0) return ofSum(question, form, numbers);
  const [{ factor }, x] = [terms[0]!, numbers[0]!];
  return factor === 1 ? ofMove(question, terms[0]!, x) : ofFew(numberOf(question), x * factor, 'x · factor', ['x', 'factor'], [x, factor]);
}

function ofSum(question: Question, { terms, constant }: LinearForm, numbers: readonly number[]): Arithmetic {
  const rows = terms.map((term, i) => [placeOf(question, term).column + 1, numbers[i]!, term.factor] as const);
  return weightedSum(numberOf(question), rows, constant);
}

const placeOf = (question: Question, term: Term) => question.place(term) ?? { row: 0, column: term.at };

/** Cut into heads, joined, put together, left as it was: the same number stands in a block before. */
function ofMove(question: Question, term: Term, x: number): Arithmetic {
  const { row, column } = placeOf(question, term);
  const left = 'not turned: only a part of the columns of a head are';
  const words = question.step.kind === 'rotation' ? left : 'moved, not computed: the number at this place of the block before';
  return ofFew(numberOf(question), x, words, ['row', 'column', 'x'], [row + 1, column + 1, x]);
}

/** The pair of values that a position turns, its angle, and the two products. */
async function ofTurned(question: Question, { terms, constant }: LinearForm, numbers: readonly number[]): Promise<Arithmetic> {
  const own = placeOf(question, { value: question.step.id, at: question.at, factor: 1, by: null }).column;
  const pair = terms.map((term, i) => ({ column: placeOf(question, term).column, x: numbers[i]!, factor: term.factor }));
  const width = (await question.cells.tensor(question.step.id)).shape.at(-1)!;
  const at = Math.max(
    0,
    pair.findIndex(({ column }) => column % width === own % width),
  );
  const by = terms[at]!.by;
  const angle = by === null ? null : await angleBehind(question.cells, by);
  return turned(numberOf(question), [pair[at]!, pair[1 - at]!], { angle, constant });
}
