/** What the model says after the text, step by step, and what it could have said instead. */
import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { heatAt } from '../../../colour/heat.ts';
import { STEPS } from '../../../colour/scales.ts';
import { short } from '../../../draw/numbers.ts';
import type { Side } from '../../../state/axis.ts';
import { continuedInput } from '../../../state/continued.ts';
import type { Generation, Step } from '../../../state/generation.ts';
import { select } from '../../../state/select.ts';
import type { Session } from '../../../state/types.ts';
import { Button } from '../../../ui/controls.tsx';
import { usePanel } from '../../context.ts';
import { useNames } from '../hooks.ts';
import { probabilityWords, SharesList } from '../shares.tsx';
import { Strip } from '../strip.tsx';
import { Scrubber } from './scrubber.tsx';
import { Settings } from './settings.tsx';
import { BeamTreeView } from './tree.tsx';

export function GenerateSection({ session }: { session: Session }) {
  const { sessions } = usePanel();
  const generation = sessions.generation(session)!;
  const busy = generation.running.value || generation.beams.running.value;
  useEffect(() => {
    void generation.look();
  }, [generation]);
  return (
    <>
      <Settings generation={generation} busy={busy} />
      {generation.settings.value.beams > 0 ? <BeamSearch generation={generation} /> : <StepByStep generation={generation} busy={busy} />}
    </>
  );
}

function BeamSearch({ generation }: { generation: Generation }) {
  const { beams } = generation;
  const tree = beams.tree.value;
  const { most, beams: width } = generation.settings.value;
  const longest = Math.min(most, generation.room + generation.steps.value.length);
  return (
    <>
      <div class="row-tools">
        {beams.running.value ? (
          <Button label="Stop" icon="debug-stop" onPress={() => beams.stop()} />
        ) : (
          <Button label="Search" icon="list-tree" appearance="primary" onPress={() => void beams.search(width, longest)} />
        )}
        <span class="note">
          {tree ? `${tree.nodes.length} tokens looked at` : `Follows the ${width} most probable texts side by side.`}
        </span>
      </div>
      <Failure message={beams.error.value?.message} />
      {tree && <BeamTreeView tree={tree} onTake={(index) => generation.restore(beams.stepsTo(tree, index))} />}
    </>
  );
}

function StepByStep({ generation, busy }: { generation: Generation; busy: boolean }) {
  const { store, sessions } = usePanel();
  const steps = generation.steps.value;
  const last = generation.end ? steps.length - 1 : steps.length;
  const chosen = Math.min(generation.at.value ?? last, last);
  /** Chooses a step, and brings its attention: the run on everything said is made when somebody looks. */
  const look = async (step: number) => {
    generation.at.value = step;
    if (busy || steps.length === 0) return;
    const current = generation.shown.peek() === steps && store.session.peek()?.base === generation.base;
    if (!current && !(await sessions.showContinued(generation))) return;
    generation.shown.value = steps;
    const ofSource = generation.ofTarget && store.selection.peek().kind === 'encoder';
    const query = generation.rowOf(Math.min(step, steps.length - 1));
    select(store, { ...(ofSource ? { kind: 'cross' } : {}), query, key: null });
  };
  const names = useNames([...new Set(steps.map(({ id }) => id))]);
  return (
    <>
      <Tools generation={generation} />
      <Failure message={generation.error.value?.message} />
      <SaidText generation={generation} chosen={chosen} onChoose={(step) => void look(step)} />
      {steps.length > 0 && (
        <Scrubber
          steps={steps.length}
          at={Math.min(chosen, steps.length - 1)}
          onMove={(step) => void look(step)}
          words={names.nameOf(steps[Math.min(chosen, steps.length - 1)]!.id)}
        />
      )}
      <Alternatives generation={generation} at={chosen} />
      <Branches generation={generation} />
    </>
  );
}

const Failure = ({ message }: { message: string | undefined }) =>
  message ? (
    <p class="failed" role="alert">
      {message}
    </p>
  ) : null;

function Tools({ generation }: { generation: Generation }) {
  const { most } = generation.settings.value;
  const running = generation.running.value;
  const steps = generation.steps.value.length;
  const { end } = generation;
  return (
    <div class="row-tools">
      {running ? (
        <Button label="Stop" icon="debug-stop" onPress={() => generation.stop()} />
      ) : (
        <Button label="Generate" icon="play" appearance="primary" disabled={end !== null} onPress={() => void generation.run(most)} />
      )}
      <Button label="Step" icon="debug-step-over" disabled={running || end !== null} onPress={() => void generation.run(1)} />
      <Button label="Undo" icon="discard" disabled={steps === 0} onPress={() => generation.undo()} />
      <Button label="Start over" icon="clear-all" disabled={steps === 0} onPress={() => generation.reset()} />
      <span class="note" role="status">
        <Pace generation={generation} />
        {end && ` The text is over: ${end === 'said its end' ? 'the model said its end token' : 'it has the longest length'}.`}
      </span>
    </div>
  );
}

function Pace({ generation }: { generation: Generation }) {
  const pace = generation.pace.value;
  if (!pace) return null;
  return (
    <>
      {short(pace.perSecond)} tokens/s. {pace.uncached ?? 'Each step reads one token; keys and values of the others come from the cache.'}
    </>
  );
}

/** The prompt and what was said after it; what was said is tinted by how improbable it was. */
function SaidText({ generation, chosen, onChoose }: { generation: Generation; chosen: number; onChoose: (step: number) => void }) {
  const { theme } = usePanel();
  const steps = generation.steps.value;
  const said = generation.said.value;
  const side = useComputed((): Side => {
    const continued = continuedInput(generation, generation.said.value);
    if (!continued) return { text: '', tokens: [], count: 0, unit: 'token' };
    const { text, tokens } = generation.ofTarget ? { text: said.text, tokens: said.tokens } : continued.input;
    return { text, tokens, count: tokens.length, unit: 'token' };
  }).value;
  const first = side.count - said.tokens.length;
  const stepAt = (token: number) => steps[token - first];
  const probability = ({ id, shares }: Step) =>
    shares.asked.find((share) => share.id === id)?.probability ?? shares.top.find((share) => share.id === id)?.probability ?? 0;
  const paint = (token: number) => {
    const step = stepAt(token);
    const bits = step ? -Math.log2(Math.max(probability(step), 2 ** -20)) : 0;
    return bits < 0.2 ? null : heatAt(theme.value.heat, Math.round(Math.min(1, bits / 12) * (STEPS - 1)));
  };
  const title = (token: number) => {
    const step = stepAt(token);
    return step ? `${step.forced ? 'put there by hand; ' : ''}probability ${probabilityWords(probability(step))}` : 'of the text';
  };
  if (side.count === 0) return <p class="note">The model has said nothing yet.</p>;
  return (
    <Strip
      side={side}
      label="What was said. Arrow keys choose a step."
      chosen={chosen < said.tokens.length ? first + chosen : null}
      onChoose={(token) => token >= first && onChoose(token - first)}
      paint={paint}
      title={title}
    />
  );
}

/** What could stand at a step, to be clicked: a branch begins there. */
function Alternatives({ generation, at }: { generation: Generation; at: number }) {
  const steps = generation.steps.value;
  const step = steps[at];
  const shares = step?.shares ?? generation.next.value;
  const { nameOf } = useNames(shares ? [...shares.top, ...shares.asked].map(({ id }) => id) : []);
  if (!shares) return null;
  return (
    <SharesList
      shares={shares}
      label={step ? `step ${at + 1}` : 'next token'}
      nameOf={nameOf}
      actual={step?.id ?? null}
      actualWords="said"
      onChoose={(id) => generation.force(at, id)}
      chooses={step ? 'Click: the text goes on from here with this token instead.' : 'Click: the text goes on with this token.'}
    />
  );
}

function Branches({ generation }: { generation: Generation }) {
  const branches = generation.branches.value;
  const { nameOf } = useNames(branches.flatMap((branch) => branch.map(({ id }) => id)));
  if (branches.length === 0) return null;
  return (
    <div class="branches">
      <h3>Other branches</h3>
      <ul>
        {branches.map((branch, i) => (
          <li key={i}>
            <button type="button" class="plain link" title="Go back to this text" onClick={() => generation.restore(branch)}>
              {branch.map(({ id }) => nameOf(id).replace('·', ' ')).join('')}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
