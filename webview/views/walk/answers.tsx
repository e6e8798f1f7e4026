/** Where the walk ends: logits become probabilities, and ids become words again. */
import { useEffect, useState } from 'preact/hooks';
import type { WalkSection } from '../../../model/protocol/walk.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { percent, short } from '../../draw/numbers.ts';
import type { Session } from '../../state/types.ts';
import { usePanel } from '../context.ts';
import { useNames } from '../predict/hooks.ts';
import { siteNear } from './rows.ts';

const MOST = 8;

interface Answer {
  readonly id: number;
  readonly logit: number;
  readonly probability: number;
}

export function Answers({ session, sections }: { readonly session: Session; readonly sections: readonly WalkSection[] }) {
  const output = session.run.outputs.find(({ name, shape }) => /logits/.test(name) && shape.length >= 2);
  if (!output) return null;
  return <Probabilities session={session} sections={sections} name={output.name} />;
}

function Probabilities({
  session,
  sections,
  name,
}: {
  readonly session: Session;
  readonly sections: readonly WalkSection[];
  readonly name: string;
}) {
  const { store, walks } = usePanel();
  const [logits, setLogits] = useState<Tensor | null>(null);
  useEffect(() => {
    let wanted = true;
    const put = (tensor: Tensor) => wanted && setLogits(tensor);
    walks
      .of(session)
      .output(name)
      .then(put, (error: unknown) => console.warn('No logits', error));
    return () => {
      wanted = false;
    };
  }, [name, session]);
  const isClasses = logits !== null && (logits.shape.length === 2 || session.show.input.kind === 'image');
  const followed = store.selection.value.query;
  const site = siteNear(session, sections, sections.length - 1);
  const rows = logits ? logits.shape.at(-2)! : 0;
  const row = isClasses
    ? 0
    : Math.min(followed !== null && store.site.value?.run.queries === site?.run.queries ? followed : rows - 1, rows - 1);
  const answers = logits ? largest(logits, row) : null;
  const { nameOf } = useNames(answers && !isClasses ? answers.answers.map(({ id }) => id) : []);
  if (!answers) return null;
  const label = (id: number) => (isClasses ? (session.classes?.find((one) => one.index === id)?.label ?? `class ${id}`) : nameOf(id));
  return (
    <section class="walk-section" aria-label="Probabilities">
      <h3>Softmax → probabilities</h3>
      <p>
        {isClasses ? 'The logits of all classes' : `The logits at position ${row + 1}`} become shares that add up to 1: p = e^logit /{' '}
        {short(answers.sum)}·e^
        {short(answers.most)}.
      </p>
      <table class="check-table walk-answers">
        <thead>
          <tr>
            <th scope="col">{isClasses ? 'class' : 'token'}</th>
            <th scope="col">logit</th>
            <th scope="col">probability</th>
          </tr>
        </thead>
        <tbody>
          {answers.answers.map(({ id, logit, probability }) => (
            <tr key={id}>
              <th scope="row">{label(id)}</th>
              <td class="number">{short(logit)}</td>
              <td class="number">{percent(probability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The largest probabilities of a row of logits, Σ e^(logit − max) and the max. */
export function largest(
  { shape, data }: Tensor,
  row: number,
): { readonly answers: readonly Answer[]; readonly sum: number; readonly most: number } {
  const V = shape.at(-1)!;
  const logits = Array.from({ length: V }, (_, id) => Number(data[row * V + id]));
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  const answers = logits
    .map((logit, id) => ({ id, logit, probability: Math.exp(logit - most) / sum }))
    .sort((a, b) => b.logit - a.logit)
    .slice(0, MOST);
  return { answers, sum, most };
}
