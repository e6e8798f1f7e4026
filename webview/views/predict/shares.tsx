/** A row of scores as a list: probability with its bar, logit, and what the list leaves out. */
import type { Share, Shares } from '../../../model/predictions/shares.ts';
import type { Scoring } from '../../../model/predictions/task.ts';
import { count, exact, short } from '../../draw/numbers.ts';

interface SharesProps {
  readonly shares: Shares;
  readonly label: string;
  readonly nameOf: (id: number) => string;
  /** How a score is to be read; left out: softmax over all. */
  readonly scoring?: Scoring;
  /** Marked, whatever its rank. */
  readonly actual?: number | null;
  /** What the marked one is. */
  readonly actualWords?: string;
  readonly onChoose?: (id: number) => void;
  /** What choosing one does, for its tooltip. */
  readonly chooses?: string;
}

export function SharesList({
  shares,
  label,
  nameOf,
  actual = null,
  actualWords = 'the text',
  scoring = 'one',
  onChoose,
  chooses,
}: SharesProps) {
  const listed = shares.top.reduce((sum, { probability }) => sum + probability, 0);
  const beyond = shares.asked.filter(({ id }) => !shares.top.some((share) => share.id === id));
  const rest = Math.max(0, 1 - listed - beyond.reduce((sum, { probability }) => sum + probability, 0));
  const more = shares.size - shares.top.length - beyond.length;
  const line = (share: Share) => (
    <ShareLine
      key={share.id}
      share={scoring === 'each' ? { ...share, probability: 1 / (1 + Math.exp(-share.logit)) } : share}
      isValue={scoring === 'value'}
      name={nameOf(share.id)}
      actual={share.id === actual ? actualWords : null}
      onChoose={onChoose && (() => onChoose(share.id))}
      chooses={chooses}
    />
  );
  return (
    <ol class="top shares" aria-label={label}>
      <li class="line muted head" aria-hidden="true">
        <span class="rank">#</span>
        <span class="name">{label}</span>
        <span class="bar" />
        <span class="number">{scoring === 'value' ? '' : 'probability'}</span>
        <span class="number">{scoring === 'value' ? 'value' : 'logit'}</span>
      </li>
      {shares.top.map(line)}
      {beyond.map(line)}
      {more > 0 && (
        <li class="line muted" title={exact(rest)}>
          <span class="rank" />
          <span class="name">{count(more)} more</span>
          <span class="bar" />
          <span class="number">{scoring === 'one' ? probabilityWords(rest) : ''}</span>
          <span class="number" />
        </li>
      )}
    </ol>
  );
}

interface LineProps {
  readonly share: Share;
  /** A number that is no score of a class. */
  readonly isValue: boolean;
  readonly name: string;
  /** What it is marked as, null for nothing. */
  readonly actual: string | null;
  readonly onChoose: (() => void) | undefined;
  readonly chooses: string | undefined;
}

function ShareLine({ share: { id, logit, probability, rank }, isValue, name, actual, onChoose, chooses }: LineProps) {
  const content = (
    <>
      <span class="rank muted">{rank + 1}</span>
      <span class="name" dir="auto">
        {name}
        {actual && <span class="muted"> ← {actual}</span>}
      </span>
      <span class="bar">{!isValue && <span style={{ width: `${100 * probability}%` }} />}</span>
      <span class="number">{isValue ? '' : probabilityWords(probability)}</span>
      <span class="number muted">{logit.toFixed(2)}</span>
    </>
  );
  const title = `${name} (id ${id}): ${isValue ? '' : `probability ${exact(probability)}, `}logit ${exact(logit)}${chooses ? `\n${chooses}` : ''}`;
  return (
    <li class={actual ? 'actual' : ''}>
      {onChoose ? (
        <button type="button" class="line" title={title} onClick={onChoose}>
          {content}
        </button>
      ) : (
        <span class="line" title={title}>
          {content}
        </span>
      )}
    </li>
  );
}

/** `71.3 %`, `0.0042 %`: three digits whatever the size. */
export function probabilityWords(probability: number): string {
  if (probability > 0.9995 && probability < 1) return '>99.9 %';
  return `${probability === 0 ? '0' : short(100 * probability)} %`;
}
