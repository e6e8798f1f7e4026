/** Checking the run against the TypeScript reference: the button, how far it is, and the table of differences, worst first. */
import { useSignal } from '@preact/signals';
import type { Comparison, Difference } from '../../../model/protocol/engine.ts';
import type { WalkSection } from '../../../model/protocol/walk.ts';
import { short } from '../../draw/numbers.ts';
import { GRADE_SIGNS, GRADE_WORDS, gradeOf, TOLERANCE_WORDS, worstFirst } from '../../state/agreement.ts';
import type { CheckState } from '../../state/checks.ts';
import type { Session } from '../../state/types.ts';
import { Button } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { sectionTitle } from '../walk/titles.ts';
import { blockTitle } from '../walk/words.ts';

export function CheckCard({ session }: { session: Session }) {
  const { checks } = usePanel();
  const now = checks.state.value;
  return (
    <section class="check">
      <h3>Against the reference</h3>
      <Now now={now} session={session} />
    </section>
  );
}

function Now({ now, session }: { now: CheckState; session: Session }) {
  const { checks } = usePanel();
  const start = () => void checks.start();
  if (now.at === 'done') return <Table comparison={now.comparison} session={session} />;
  if (now.at === 'working') {
    return (
      <div class="row-tools" role="status">
        <span class="grow">
          {now.words} {now.fraction === null ? '…' : `… ${Math.round(now.fraction * 100)} %`}
        </span>
        <Button label="Cancel" onPress={() => checks.cancel()} />
      </div>
    );
  }
  return (
    <>
      {now.at === 'failed' && <p role="alert">{now.error.message}</p>}
      <p class="note">The same input, computed once more in plain TypeScript, operator by operator. A large model takes minutes.</p>
      <Button label="Check against reference" icon="verified" onPress={start} />
    </>
  );
}

/** Rows of the table before somebody asks for all. */
const FIRST = 12;

function Table({ comparison, session }: { comparison: Comparison; session: Session }) {
  const { host, walks } = usePanel();
  const all = useSignal(false);
  const plan = walks.of(session).plan.value;
  const rows = worstFirst(namedRows(comparison, session, plan.state === 'ready' ? plan.value.sections : []));
  const text = rows.map(({ words, largest, scale }) => [words, largest, scale].join('\t')).join('\n');
  return (
    <>
      <table class="check-table">
        <caption class="unseen">Largest differences from the reference, worst first</caption>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">largest difference</th>
            <th scope="col">largest value</th>
            <th scope="col">verdict</th>
          </tr>
        </thead>
        <tbody>
          {(all.value ? rows : rows.slice(0, FIRST)).map((row) => (
            <Row key={row.key} words={row.words} difference={row} />
          ))}
        </tbody>
      </table>
      <p class="note">
        {TOLERANCE_WORDS} The reference took {Math.round(comparison.referenceMs).toLocaleString('en')} ms.
      </p>
      <div class="row-tools">
        {rows.length > FIRST && !all.value && (
          <Button
            label={`All ${rows.length} stages`}
            onPress={() => {
              all.value = true;
            }}
          />
        )}
        <Button label="Copy the table" icon="copy" onPress={() => void host.request('copy', { text })} />
      </div>
    </>
  );
}

interface NamedRow extends Difference {
  readonly key: string;
  readonly words: string;
}

/** What is shown of the run (weights, outputs), and every step of the walk on the way to it. */
function namedRows({ sites, outputs, steps }: Comparison, session: Session, sections: readonly WalkSection[]): NamedRow[] {
  const named = steps.flatMap((one): NamedRow[] => {
    const section = sections[one.section];
    const step = section?.steps.find(({ id }) => id === one.step);
    if (!section || !step) return [];
    return [
      {
        ...one,
        key: `${one.section} ${one.step}`,
        words: `${sectionTitle(session, section, sections[one.section + 1])}: ${blockTitle(step)}`,
      },
    ];
  });
  return [
    ...sites.map((one) => ({ ...one, words: `weights as shown, ${session.sites.get(one.key)?.where ?? one.key}` })),
    ...outputs.map((one) => ({ ...one, key: `output ${one.name}`, words: one.name })),
    ...named,
  ];
}

function Row({ words, difference }: { words: string; difference: Difference }) {
  const grade = gradeOf(difference);
  return (
    <tr>
      <th scope="row">{words}</th>
      <td class="number">{short(difference.largest)}</td>
      <td class="number">{short(difference.scale)}</td>
      <td class={`grade ${grade}`}>
        {GRADE_SIGNS[grade]} {GRADE_WORDS[grade]}
      </td>
    </tr>
  );
}
