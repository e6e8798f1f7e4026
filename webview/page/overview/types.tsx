/** Element types of the stored tensors, with their share of the bytes. */
import { shortType } from '../../../model/explore/types.ts';
import type { PageFacts } from '../../../model/protocol/explorer.ts';
import { shortSize } from '../../../model/sizes.ts';
import { percent } from '../../draw/numbers.ts';
import { Share } from './share.tsx';
import { typesOf } from './words.ts';

export function Types({ facts }: { facts: PageFacts }) {
  const types = typesOf(facts.tensors);
  return (
    <section>
      <h2>Element types</h2>
      <ul class="shares">
        {types.map(({ dtype, tensors, bytes }) => (
          <li key={dtype} title={`${dtype}: ${tensors.toLocaleString('en')} tensors, ${shortSize(bytes)}`}>
            <span class="name">{shortType(dtype)}</span>
            <Share of={facts.bytes === 0 ? 0 : bytes / facts.bytes} />
            <span class="number muted">
              {shortSize(bytes)} · {percent(facts.bytes === 0 ? 0 : bytes / facts.bytes)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
