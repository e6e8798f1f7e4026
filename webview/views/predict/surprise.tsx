/** Where the model was surprised: −log₂ of the probability that it gave to the token that came, painted over the text. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { asHeadlightError } from '../../../model/errors.ts';
import { heatAt } from '../../colour/heat.ts';
import { STEPS } from '../../colour/scales.ts';
import { exact, short } from '../../draw/numbers.ts';
import { type Side, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Button, ProgressRing } from '../../ui/controls.tsx';
import { Term } from '../../ui/term.tsx';
import { usePanel } from '../context.ts';
import { Legend } from '../matrix/legend.tsx';
import { useAnswer } from './hooks.ts';
import { masked, useMaskId } from './mask.tsx';
import { Strip } from './strip.tsx';
import { readSide, taskFor } from './task.ts';

/** Bits at which the colour scale ends, at least. */
const FULL_BITS = 8;
/** Most surprising tokens that are listed. */
const LISTED = 6;

/** The tokens that are foretold, and each one's bits: NaN where nothing foretold it. */
interface Surprises {
  readonly side: Side;
  readonly bits: Float32Array;
}

export function SurpriseSection({ session }: { session: Session }) {
  return taskFor(session)!.kind === 'masked-token' ? <MaskedSurprise session={session} /> : <NextSurprise session={session} />;
}

function NextSurprise({ session }: { session: Session }) {
  const { sessions } = usePanel();
  const { output } = taskFor(session)!;
  const side = readSide(session)!;
  const foretold = side.rows?.foretold ?? [...side.tokens.slice(1)];
  const ids = Array.from({ length: side.count }, (_, row) => foretold[row]?.id ?? -1);
  const { now, last } = useAnswer(`${session.run.run}`, () => sessions.ask('surprise', { run: session.run.run, output, ids }));
  if (now.state === 'failed') return <p class="failed">{now.error.message}</p>;
  if (!last) return null;
  // Of one text, token t was foretold by row t − 1; a decoder's rows are named by what they foretell.
  const surprises: Surprises = side.rows
    ? { side: { ...side, tokens: side.rows.foretold }, bits: last }
    : { side, bits: Float32Array.from({ length: side.count }, (_, token) => (token === 0 ? Number.NaN : last[token - 1]!)) };
  return <Painted surprises={surprises} rowOf={(token) => (side.rows ? token : Math.max(0, token - 1))} pseudo={false} />;
}

/** A masked model is asked once for each token, with that token behind the mask. */
function MaskedSurprise({ session }: { session: Session }) {
  const { sessions } = usePanel();
  const { output } = taskFor(session)!;
  const side = readSide(session)!;
  const mask = useMaskId(session);
  const bits = useSignal<Float32Array | null>(null);
  const done = useSignal<number | null>(null);
  const turn = useSignal(0);
  useEffect(
    () => () => {
      turn.value++;
      bits.value = null;
      done.value = null;
    },
    [session],
  );
  const failure = useSignal('');
  const measure = async (id: number) => {
    failure.value = '';
    try {
      await ask(id);
    } catch (error) {
      failure.value = asHeadlightError(error, 'internal', 'The surprise could not be measured').message;
      stop();
    }
  };
  const ask = async (id: number) => {
    const mine = ++turn.value;
    const found = new Float32Array(side.count).fill(Number.NaN);
    for (const [position, token] of side.tokens.entries()) {
      if (token.special) continue;
      done.value = position;
      const params = { params: masked(session, position, id), output, position, top: 0, asked: [token.id] };
      const { asked, logSum } = await sessions.ask('predictFor', params);
      if (turn.peek() !== mine) return;
      found[position] = (logSum - asked[0]!.logit) / Math.LN2;
      bits.value = found.slice();
    }
    done.value = null;
  };
  const stop = () => {
    turn.value++;
    done.value = null;
  };
  if (mask === null) return <p class="note">This model's files name no mask token, so that its surprise cannot be measured.</p>;
  return (
    <>
      <div class="row-tools">
        {done.value === null ? (
          <Button
            label={
              bits.value
                ? 'Measure again'
                : `Measure: ${side.tokens.filter(({ special }) => !special).length} runs, one token masked in each`
            }
            appearance={bits.value ? 'secondary' : 'primary'}
            disabled={mask === undefined}
            onPress={() => void measure(mask!)}
          />
        ) : (
          <>
            <ProgressRing label="Measuring" />
            <span class="note">
              token {done.value + 1} of {side.count}
            </span>
            <Button label="Stop" icon="debug-stop" onPress={stop} />
          </>
        )}
      </div>
      {failure.value && (
        <p class="failed" role="alert">
          {failure.value}
        </p>
      )}
      {bits.value && <Painted surprises={{ side, bits: bits.value }} rowOf={(token) => token} pseudo />}
    </>
  );
}

function Painted({
  surprises: { side, bits },
  rowOf,
  pseudo,
}: {
  surprises: Surprises;
  rowOf: (token: number) => number;
  pseudo: boolean;
}) {
  const { store, theme } = usePanel();
  const known = Array.from(bits).flatMap((value, token) => (Number.isFinite(value) ? [{ token, value }] : []));
  const top = Math.max(FULL_BITS, ...known.map(({ value }) => value));
  const { query } = store.selection.value;
  const chosen = query === null ? null : (known.find(({ token }) => rowOf(token) === query)?.token ?? null);
  const paint = (token: number) => {
    const value = bits[token]!;
    return Number.isFinite(value) ? heatAt(theme.value.heat, Math.round((value / top) * (STEPS - 1))) : null;
  };
  const words = (token: number) => (Number.isFinite(bits[token]) ? `${short(bits[token]!)} bits` : 'nothing foretold it');
  return (
    <>
      <Strip
        side={side}
        label="Text, tinted by surprise. Arrow keys choose a token."
        chosen={chosen}
        onChoose={(token) => select(store, { query: rowOf(token) })}
        paint={paint}
        title={words}
      />
      <Legend colours={theme.value.heat} scale="linear" top={top} signed={false} what="bits of surprise" />
      <Totals values={known.map(({ value }) => value)} pseudo={pseudo} />
      <h3>
        <Term id="surprise">Most surprising</Term>
      </h3>
      <ol class="surprises">
        {[...known]
          .sort((a, b) => b.value - a.value)
          .slice(0, LISTED)
          .map(({ token, value }) => (
            <li key={token}>
              <button type="button" class="line" title={exact(value)} onClick={() => select(store, { query: rowOf(token) })}>
                <span class="name" dir="auto">
                  {tokenLabel(side, token)}
                </span>
                <span class="number">{short(value)} bits</span>
                <span class="number muted">p = {short(2 ** -value)}</span>
              </button>
            </li>
          ))}
      </ol>
    </>
  );
}

/** Perplexity with its definition. */
function Totals({ values, pseudo }: { values: readonly number[]; pseudo: boolean }) {
  if (values.length === 0) return null;
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / values.length;
  const name = pseudo ? 'Pseudo-perplexity' : 'Perplexity';
  const definition = pseudo
    ? '2 to the mean of −log₂ p(token | all others), each token masked alone (Salazar et al. 2020)'
    : '2 to the mean of −log₂ p(token | those before it), over all tokens that were foretold';
  return (
    <p class="note">
      <b title={exact(2 ** mean)}>
        <Term id="perplexity">{name}</Term> {short(2 ** mean)}
      </b>{' '}
      = 2^{short(mean)} bits a token: {definition}. {values.length} tokens, {short(sum)} bits together.
    </p>
  );
}
