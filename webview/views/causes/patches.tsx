/** Which patches of a picture an answer depends on: covered one square after the other, the change drawn over the picture. */
import { useSignal } from '@preact/signals';
import { type CoverColour, type PatchSizes, patchSquares } from '../../../model/predictions/patches.ts';
import type { OccludeResult } from '../../../model/protocol/engine.ts';
import { short } from '../../draw/numbers.ts';
import type { Scene } from '../../image/scene.ts';
import { causesOf } from '../../state/causes.ts';
import type { Session } from '../../state/types.ts';
import { Button, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { scored } from './bits.ts';
import { Definition } from './definition.tsx';
import { DropsPicture } from './patches-picture.tsx';
import { AnswerChoice, type Question, scoreWords, useQuestion } from './question.tsx';
import { runnerOf } from './task.ts';
import { Failed, Working } from './working.tsx';

const COLOURS: readonly { readonly value: CoverColour; readonly label: string }[] = [
  { value: 'mean', label: 'the picture’s mean colour' },
  { value: 'own', label: 'the square’s own mean colour' },
  { value: 'zero', label: 'zeros (the colour of the preprocessing’s mean)' },
];
const MEANINGS: Readonly<Record<CoverColour, string>> = {
  mean: 'Every covered pixel gets the mean colour of the picture as the model reads it.',
  own: 'Every covered pixel gets the mean colour of its own square: detail goes, colour stays.',
  zero: 'Every covered number becomes 0. A preprocessor that normalises makes that the mean colour of the pictures that the model was made for.',
};
const EDGES = [1, 2, 4, 8];
/** Runs of one go that are proposed at first. */
const RUNS = 100;

export const hasPatches = ({ scene, show }: Session): boolean => show.input.kind === 'image' && scene !== null;

export function PatchesSection({ session }: { session: Session }) {
  const { sessions, store } = usePanel();
  const question = useQuestion(session);
  const sizes = patchSizes(session.scene!);
  const edges = EDGES.filter((edge) => edge === 1 || edge < Math.min(sizes.rows, sizes.columns));
  const colour = useSignal<CoverColour>('mean');
  const edge = useSignal(edges.find((one) => patchSquares(sizes, one).length <= RUNS) ?? edges.at(-1)!);
  const { occlusion } = causesOf(session);
  const squares = patchSquares(sizes, edge.value);
  const of = JSON.stringify([question.key, 'patches', edge.value, colour.value]);
  const { place, answer, against } = question;
  const edit = { how: 'cover', colour: colour.value, grid: sizes } as const;
  const params = { run: session.run.run, place, answer: answer ?? 0, against, side: 'source' as const, edit, groups: squares };
  const runner = runnerOf(occlusion, of, (options) =>
    sessions.ask('occlude', params, options).then((result) => {
      store.said.value = 'Done.';
      return result;
    }),
  );
  const task = occlusion.value;
  const done = task.state === 'ready' && task.of === of ? task.value : null;
  return (
    <>
      <div class="row-tools">
        <AnswerChoice session={session} question={question} />
      </div>
      <div class="row-tools">
        <span class="muted">Cover with</span>
        <Dropdown
          label="What patches are covered with"
          value={colour.value}
          choices={COLOURS}
          onChoose={(value) => {
            colour.value = value;
          }}
        />
        <span class="muted">each</span>
        <Dropdown
          label="How many patches are covered at once"
          value={String(edge.value)}
          choices={edges.map((value) => ({ value: String(value), label: value === 1 ? 'patch' : `${value} × ${value} patches` }))}
          onChoose={(value) => {
            edge.value = Number(value);
          }}
        />
        {task.state !== 'working' && answer !== null && (
          <Button label={`Measure ${squares.length} squares`} icon="play" appearance="primary" onPress={runner.start} />
        )}
      </div>
      <Working task={task} onCancel={runner.cancel} />
      <Failed task={task} />
      {done && <Drops session={session} question={question} squares={squares} result={done} />}
      {task.state === 'ready' && !done && <p class="note">The question has changed: measure again.</p>}
      <Definition title="What is measured?">
        Occlusion: drop = {scoreWords(question) || 'log₂ p(answer)'} of the picture as it is − the same with the square covered, in bits;
        one whole run for each. {MEANINGS[colour.value]} A covered picture is none that the model was made for, so a drop says what this
        answer lost here, not what the patch shows; squares that say the same may each show little. No gradients.
      </Definition>
    </>
  );
}

/** The patches that the model embeds; stages that merge them later read the same pixels. */
function patchSizes({ tokens: { grid } }: Scene): PatchSizes {
  return { rows: grid.rows, columns: grid.columns, width: grid.patch.width, height: grid.patch.height };
}

interface DropsProps {
  readonly session: Session;
  readonly question: Question;
  readonly squares: readonly (readonly number[])[];
  readonly result: OccludeResult;
}

function Drops({ session, question, squares, result }: DropsProps) {
  return (
    <>
      <p class="note">
        {scoreWords(question)}: {scored(result.before)} bits with the whole picture. Orange squares help the answer, blue ones work against
        it. {short(result.totalMs / 1000)} s.
      </p>
      <DropsPicture scene={session.scene!} squares={squares} drops={result.drops} />
    </>
  );
}
