/** The right column: the query's token, where it looks (or who looks at it), the head's numbers and its layer among the layers. */

import { TERM_OF_METRIC, type TermId } from '../../../model/glossary.ts';
import { badgeOf, metrics as definitions } from '../../../model/metrics/index.ts';
import type { Token } from '../../../model/protocol/panel.ts';
import { REGROUP_RULE } from '../../../model/text/regroup.ts';
import { exact, headWords, percent, short } from '../../draw/numbers.ts';
import { askerName, namedAnswers } from '../../state/answers.ts';
import { askedTokens, askingField } from '../../state/asked.ts';
import { rowWords, type Side, tokenLabel } from '../../state/axis.ts';
import { METRICS, rowEntropies, type Values } from '../../state/measures.ts';
import { toggleQuery } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { membersOf, rowOf } from '../../state/shown.ts';
import { headKey } from '../../state/types.ts';
import { IconButton } from '../../ui/controls.tsx';
import { Term } from '../../ui/term.tsx';
import { usePanel } from '../context.ts';
import { siteNotes } from '../heads/facts.ts';
import { Classes } from '../image/classes.tsx';
import { headsWords } from '../words.ts';
import { EntropyChart } from './chart.tsx';
import { LinkSearch, useAskedLinks } from './links.tsx';
import { TopKeys } from './top.tsx';

export function DetailsPane({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const asked = askedTokens(store, shown);
  return (
    <section class="pane details" aria-label="Details">
      {asked.length === 0 ? (
        <div class="block">
          <h2>Query</h2>
          <p class="note">Choose a token in the source, the matrix or the text to see where it looks.</p>
        </div>
      ) : (
        <QueryDetails shown={shown} tokens={asked} />
      )}
      <Classes />
      <LinkDetails shown={shown} />
      <HeadDetails shown={shown} />
      <EntropyChart />
    </section>
  );
}

/** Where a key is chosen too. */
function LinkDetails({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  useAskedLinks(shown);
  const { query, key } = store.selection.value;
  if (query === null || key === null || shown.against || shown.over) return null;
  return (
    <div class="block">
      <h3>Heads that link two words</h3>
      <LinkSearch shown={shown} />
    </div>
  );
}

function QueryDetails({ shown, tokens }: { shown: Shown; tokens: readonly number[] }) {
  const { store, host } = usePanel();
  const { direction } = store.view.value;
  const side = direction === 'from' ? shown.queries : shown.keys;
  const row = rowOf(shown, tokens, direction);
  const copy = () => host.request('copy', { text: tableText(shown, tokens, row, direction) });
  return (
    <div class="block">
      <header class="pane-head">
        <h2>
          {tokens.length > 1 ? (
            `${tokens.length} queries, summed`
          ) : askingField(shown, direction) === 'key' ? (
            <Term id="key">Key</Term>
          ) : (
            <Term id="query">Query</Term>
          )}
        </h2>
        <IconButton label="Copy the row, full precision" icon="copy" onPress={() => void copy()} />
      </header>
      <ul class="queries">
        {tokens.map((token) => (
          <li key={token}>
            <TokenLine
              side={side}
              target={isTarget(shown, direction)}
              index={token}
              group={groupWords(shown, side, token, direction)}
              onRemove={token === tokens[0] ? null : () => toggleQuery(store, token)}
            />
          </li>
        ))}
      </ul>
      <h3>
        <Term id="weight">{direction === 'from' ? 'Looks at' : 'Looked at by'}</Term> · {headsWords(shown)}
      </h3>
      {shown.grouped && <p class="note">{REGROUP_RULE}</p>}
      <TopKeys {...namedAnswers(shown, row, direction)} signed={shown.against !== null} onChoose={direction === 'from' ? 'key' : 'query'} />
    </div>
  );
}

/** Whether the asking side is the decoder's text. */
const isTarget = ({ site: { kind } }: Shown, direction: 'from' | 'to'): boolean =>
  kind === 'decoder' || (kind === 'cross' && direction === 'from');

/** A token with all that is known of it. */
function TokenLine(props: { side: Side; target: boolean; index: number; group: string | null; onRemove: (() => void) | null }) {
  const { side, target, index, group, onRemove } = props;
  const { host } = usePanel();
  const token = side.tokens[index];
  return (
    <>
      <button
        type="button"
        class="query-token"
        title="Show it in the source"
        onClick={() => host.notify('reveal', { token: index, target })}
      >
        {tokenLabel(side, index)}
      </button>
      {group !== null && <span> in {group}</span>}
      {side.rows && <span title="What this row of the decoder has read last, and what it foretells"> {rowWords(side, index)}</span>}
      <span class="muted"> {token ? tokenFacts(side, token, index) : `${side.unit} ${index + 1}`}</span>
      {onRemove && <IconButton label="Take this query away" icon="close" onPress={onRemove} />}
    </>
  );
}

/** `“the cabinet” (3 tokens)`: the group that a token asks with; null where it asks alone. */
function groupWords(shown: Shown, side: Side, token: number, direction: 'from' | 'to'): string | null {
  const axis = direction === 'from' ? shown.grouped?.queries : shown.grouped?.keys;
  const [members] = membersOf(shown, [token], direction);
  return axis && members && members.length > 1 ? `“${askerName(side, axis, token)}” (${members.length} tokens)` : null;
}

/** `token 7 · id 389 · piece Ġare · 1:28–1:32`. */
function tokenFacts(side: Side, token: Token, index: number): string {
  const where =
    token.start < token.end ? ` · ${place(side.text, token.start)}–${place(side.text, token.end)}` : ' · added by the tokenizer';
  return `token ${index + 1} · id ${token.id} · piece ${token.piece}${where}`;
}

/** Line and column of an offset, both from 1. */
function place(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - before.lastIndexOf('\n')}`;
}

function HeadDetails({ shown }: { shown: Shown }) {
  const { store, measures, measuring } = usePanel();
  const [head] = shown.heads;
  if (!head || shown.heads.length > 1 || shown.against || shown.over) return null;
  const values = measures.value.get(headKey(head));
  const { query } = store.selection.value;
  const entropyHere = query === null ? null : rowEntropies(rowOf(shown, [query], 'from'), 1, shown.keys.count)[0]!;
  const badges = definitions.flatMap((m) => {
    const words = values && badgeOf(m, values[m.id] ?? Number.NaN);
    return words && m.badge ? [{ words: `${words}: ${percent(values[m.id]!)}`, from: `said from ${percent(m.badge.threshold)} on` }] : [];
  });
  return (
    <div class="block">
      <h3>This head</h3>
      {badges.map(({ words, from }) => (
        <p class="says" key={words}>
          {words} <span class="muted">({from})</span>
        </p>
      ))}
      <ul class="site-notes" aria-label="What this head is">
        {siteNotes(shown.site, head.head).map(({ word, words }) => (
          <li key={word}>
            <strong>{word}</strong> <span class="muted">{words}</span>
          </li>
        ))}
      </ul>
      <dl class="facts">
        {entropyHere !== null && (
          <Fact name="entropy of this row" term="entropy" value={`${short(entropyHere)} bits`} title="−Σ α log₂ α of the query's row" />
        )}
        {values && <MetricFacts values={values} from={0} to={FIRST_METRICS} />}
      </dl>
      {values && (
        <details>
          <summary class="link">more metrics</summary>
          <dl class="facts">
            <MetricFacts values={values} from={FIRST_METRICS} to={METRICS.length} />
          </dl>
        </details>
      )}
      {!values && (
        <p class="note">
          {measuring.done.value.of > 0
            ? `Metrics of ${headWords(head.layer, head.head)} are being measured.`
            : 'This run is large: its metrics are measured when you open the tab Metrics.'}
        </p>
      )}
    </div>
  );
}

/** Metrics that are seen without opening the rest. */
const FIRST_METRICS = 5;

const MetricFacts = ({ values, from, to }: { values: Values; from: number; to: number }) => (
  <>
    {METRICS.filter((m) => Number.isFinite(values[m.id]))
      .slice(from, to)
      .map((m) => (
        <Fact
          key={m.id}
          name={m.name}
          term={TERM_OF_METRIC[m.id]}
          value={m.show(values[m.id]!)}
          title={`${m.title}\n${exact(values[m.id]!)}`}
        />
      ))}
  </>
);

const Fact = ({ name, value, title, term }: { name: string; value: string; title: string; term?: TermId | undefined }) => (
  <div title={term ? undefined : title}>
    <dt>{term ? <Term id={term}>{name}</Term> : name}</dt>
    <dd title={title}>{value}</dd>
  </div>
);

/** Tab-separated, every digit. */
function tableText(shown: Shown, tokens: readonly number[], row: Float32Array, direction: 'from' | 'to'): string {
  const side = direction === 'from' ? shown.queries : shown.keys;
  const title = `# ${headsWords(shown)}; ${direction === 'from' ? 'query' : 'key'}: ${tokens.map((t) => `${t + 1} ${tokenLabel(side, t)}`).join(' + ')}`;
  const { names, row: values } = namedAnswers(shown, row, direction);
  const lines = Array.from(values, (weight, i) => `${i + 1}\t${names(i)}\t${exact(weight)}`);
  return [title, `token\ttext\tweight`, ...lines].join('\n');
}
