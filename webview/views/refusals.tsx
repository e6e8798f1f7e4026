/** What is not shown: where, why, and what to do about it. */
import type { Refusal } from '../../model/protocol/engine.ts';

export function Refusals({ refused }: { refused: readonly Refusal[] }) {
  return (
    <ul class="refused">
      {refused.map(({ where, reason, advice }, i) => (
        <li key={`${where} ${i}`}>
          <strong>{where}</strong>
          <div>{sentence(reason)}</div>
          {advice && (
            <div>
              <span class="muted">What to do:</span> {advice}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
