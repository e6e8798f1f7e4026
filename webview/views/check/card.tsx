/** Checking the run against the TypeScript reference: the button, how far it is, and the table of differences, worst first. */
import type { Comparison, Difference } from '../../../model/protocol/engine.ts';
import { short } from '../../draw/numbers.ts';
import { GRADE_SIGNS, GRADE_WORDS, gradeOf, TOLERANCE_WORDS, worstFirst } from '../../state/agreement.ts';
import type { CheckState } from '../../state/checks.ts';
import type { Session } from '../../state/types.ts';
import { Button } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

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

function Table({ comparison, session }: { comparison: Comparison; session: Session }) {
  const rows = worstFirst([
    ...comparison.sites.map((site) => ({ ...site, words: `weights, ${session.sites.get(site.key)?.where ?? site.key}` })),
    ...comparison.outputs.map((output) => ({ ...output, words: output.name })),
  ]);
  const { host } = usePanel();
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
          {rows.map((row) => (
            <Row key={row.words} words={row.words} difference={row} />
          ))}
        </tbody>
      </table>
      <p class="note">
        {TOLERANCE_WORDS} The reference took {Math.round(comparison.referenceMs).toLocaleString('en')} ms.
      </p>
      <Button label="Copy the table" icon="copy" onPress={() => void host.request('copy', { text })} />
    </>
  );
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
