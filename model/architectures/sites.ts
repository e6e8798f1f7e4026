/** Places of attention as the rest of the house speaks of them. */
import type { AttentionSite } from '../blocks/module.ts';
import type { SiteFacts, SiteKind } from '../protocol/engine.ts';

const WORDS: Readonly<Record<SiteKind, string>> = {
  self: 'self-attention',
  encoder: 'encoder · self-attention',
  decoder: 'decoder · self-attention',
  cross: 'decoder · cross-attention',
  vision: 'vision · self-attention',
  text: 'text · self-attention',
};

/** A site of an emitted graph. */
export type EmittedSite = AttentionSite<string> & { readonly kind: SiteKind };

/** True for the sites that people choose heads of; XLNet's query stream is a stage, not a site. */
export function isShown(site: AttentionSite<string>): site is EmittedSite {
  return site.kind !== 'query_stream';
}

/** What is said of a site of an emitted graph; `node` is the name of the value that holds its weights. Layers count from 1 in words. */
export function siteFacts({
  kind,
  layer,
  heads,
  kvHeads,
  headDim,
  causal,
  window,
  scale,
  softcap,
  fromQueryAndKey,
  weights,
}: EmittedSite): SiteFacts {
  return {
    ...{ key: `${kind}/${layer}`, kind, layer, heads, kvHeads, headDim, causal, window, scale, softcap },
    ...{ how: 'read', sink: false, qk: fromQueryAndKey, node: weights, where: `layer ${layer + 1} · ${WORDS[kind]}` },
  };
}
