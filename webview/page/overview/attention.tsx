/** What Headlight can show of the model's attention, place by place, and what it refuses and why. */
import type { Refusal, SiteFacts } from '../../../model/protocol/engine.ts';
import type { AttentionFacts } from '../../../model/protocol/explorer.ts';
import { Icon, ProgressRing } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';
import { usePage } from '../context.ts';
import { headsOf, KINDS, type StackOf, stacksOf } from './words.ts';

/** Lists of more layers than this begin closed. */
const MANY = 8;

export function Attention() {
  const { attention } = usePage();
  const now = attention.value;
  const slow = useSlow(now.at === 'loading');
  return (
    <section>
      <h2>What can be shown</h2>
      {now.at === 'loading' && slow && (
        <p class="note">
          <ProgressRing label="Looking for attention" /> Looking for attention in the graph …
        </p>
      )}
      {now.at === 'failed' && (
        <p class="refusal">
          <Icon name="circle-slash" /> No attention of this file can be shown. {now.error.message}
        </p>
      )}
      {now.at === 'ready' && <Found found={now.value} />}
    </section>
  );
}

function Found({ found }: { found: AttentionFacts }) {
  const { sites, refused, warnings } = found;
  return (
    <>
      {sites.length === 0 && refused.length === 0 && (
        <p>No attention was found in the graph: there is nothing to visualize, its structure and tensors are shown.</p>
      )}
      {stacksOf(sites).map((stack) => (
        <Stack key={stack.kind} stack={stack} />
      ))}
      {refused.length > 0 && <Refusals refused={refused} />}
      {warnings.map((words) => (
        <p key={words} class="note">
          {words}
        </p>
      ))}
    </>
  );
}

function Stack({ stack: { kind, sites } }: { stack: StackOf }) {
  return (
    <details class="stack" open={sites.length <= MANY}>
      <summary>
        <strong>{KINDS[kind]}</strong>: {sites.length} {sites.length === 1 ? 'place' : 'layers'}, {headsOf(sites)} heads each
        <span class="muted"> · {howWords(sites)}</span>
      </summary>
      <ul class="sites">
        {sites.map((site) => (
          <Site key={site.key} site={site} />
        ))}
      </ul>
    </details>
  );
}

function Site({ site }: { site: SiteFacts }) {
  const { host } = usePage();
  return (
    <li>
      <button
        type="button"
        class="plain link"
        title={`Run the model and show the heads of layer ${site.layer + 1}`}
        onClick={() => void host.request('visualize', { site: site.key })}
      >
        <Icon name="eye" /> layer {site.layer + 1}
      </button>
      <span class="muted">{siteWords(site)}</span>
    </li>
  );
}

/** How the weights are had, for all places together. */
function howWords(sites: readonly SiteFacts[]): string {
  const recomputed = sites.filter(({ how }) => how !== 'read').length;
  if (recomputed === 0) return 'weights read from the graph';
  if (recomputed === sites.length) return 'weights recomputed beside a fused operator, and checked against it';
  return `weights read in ${sites.length - recomputed}, recomputed in ${recomputed}`;
}

function siteWords({ heads, kvHeads, headDim, causal, window, sink, softcap }: SiteFacts): string {
  return [
    kvHeads === heads ? `${heads} heads` : `${heads} heads on ${kvHeads} of keys and values`,
    headDim === null ? null : `${headDim} wide`,
    causal ? 'causal' : 'both directions',
    window === null ? null : `window of ${window}`,
    sink ? 'with a sink' : null,
    softcap === null ? null : `scores capped at ${softcap}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function Refusals({ refused }: { refused: readonly Refusal[] }) {
  const reasons = new Map<string, Refusal[]>();
  for (const one of refused) reasons.set(one.reason, [...(reasons.get(one.reason) ?? []), one]);
  return (
    <ul class="refused">
      {[...reasons].map(([reason, all]) => (
        <li key={reason}>
          <Icon name="circle-slash" /> <strong>{all.length === 1 ? all[0]!.where : `${all.length} places`}</strong>: not shown. {reason}
          {all[0]!.advice ? ` ${all[0]!.advice}` : ''}
        </li>
      ))}
    </ul>
  );
}
