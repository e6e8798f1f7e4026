/** What a thumbnail says when it is pointed at, and what the chosen head is called for those who hear it. */
import { headWords, percent, short } from '../../draw/numbers.ts';
import { POOLING } from '../../draw/thumbnails.ts';
import { askerName, namedAnswers } from '../../state/answers.ts';
import { METRICS } from '../../state/measures.ts';
import { knownOf } from '../../state/select.ts';
import { rowOf } from '../../state/shown.ts';
import { type HeadRef, headKey, type Site } from '../../state/types.ts';
import type { Panel } from '../context.ts';
import { usePanel } from '../context.ts';
import { headsWords } from '../words.ts';
import { siteNotes } from './facts.ts';

export function HeadTip({ at, sites }: { at: { readonly ref: HeadRef; readonly x: number; readonly y: number }; sites: readonly Site[] }) {
  const { measures, store } = usePanel();
  const { ref } = at;
  const site = sites.find((s) => s.layer === ref.layer);
  const values = measures.value.get(headKey(ref));
  const session = store.session.value;
  const known = session ? knownOf(session, ref.kind).filter((k) => k.layer === ref.layer && k.head === ref.head) : [];
  const left = Math.max(8, Math.min(at.x + 14, innerWidth - 260));
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${left}px`, top: `${Math.min(at.y + 14, innerHeight - 190)}px` }}>
      <strong>
        layer {ref.layer + 1} · head {ref.head + 1}
      </strong>
      {site && <span class="muted"> {site.where}</span>}
      {site &&
        siteNotes(site, ref.head).map(({ word, words }) => (
          <div key={word}>
            {word} <span class="muted">{words}</span>
          </div>
        ))}
      {known.map((k) => (
        <div key={k.relation}>
          {k.relation} <span class="muted">{short(k.weight)} on the model card's texts</span>
        </div>
      ))}
      {values && (
        <dl class="facts">
          {METRICS.filter((m) => values[m.id] !== undefined && Number.isFinite(values[m.id]))
            .slice(0, 6)
            .map((m) => (
              <div key={m.id}>
                <dt>{m.name}</dt>
                <dd>{m.show(values[m.id]!)}</dd>
              </div>
            ))}
        </dl>
      )}
      <p class="note">{POOLING}</p>
    </div>
  );
}

/** `head 2 of layer 3: are attends 71 % to keys`. */
export function headSentence({ store, shown }: Panel): string {
  const { layer, head, query } = store.selection.value;
  const now = shown.value;
  const name = now.state === 'ready' && now.value.over ? headsWords(now.value) : headWords(layer, head);
  if (now.state !== 'ready' || query === null || now.value.against) return name;
  const { row, names } = namedAnswers(now.value, rowOf(now.value, [query], 'from'), 'from');
  let top = 0;
  row.forEach((weight, key) => {
    if (weight > row[top]!) top = key;
  });
  const asker = askerName(now.value.queries, now.value.grouped?.queries, query);
  return `${name}: ${asker} attends ${percent(row[top] ?? 0)} to ${names(top)}`;
}
