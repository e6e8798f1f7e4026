/**
 * Places of attention in an emitted graph: the search says how to probe each, the family what it is. A search alone takes XLNet's two streams for
 * an encoder and a decoder, and cannot tell a window from a mask that is given.
 */
import type { onnx } from '../onnx/proto.js';
import type { SiteFacts } from '../protocol/engine.ts';
import type { EmittedModel } from './emit.ts';
import { type EmittedSite, siteFacts } from './sites.ts';

/**
 * The sites that were found, named and described as the family builds them, in its order. What the family does not show (XLNet's query stream)
 * is left out.
 * @param found sites of the same graph, by the node of their softmax
 */
export function knownSites<S extends SiteFacts>({ model, sites }: Pick<EmittedModel, 'model' | 'sites'>, found: readonly S[]): S[] {
  const producers = new Map(model.graph!.node!.flatMap((node) => node.output!.map((output) => [output, node] as const)));
  const byNode = new Map(found.map((site) => [site.node, site]));
  return sites.flatMap((site) => {
    const probed = byNode.get(softmaxOf(producers, site.weights));
    return probed === undefined ? [] : [{ ...probed, ...ofFamily(site) }];
  });
}

/** What the family knows better than the search. */
function ofFamily(site: EmittedSite): Pick<SiteFacts, 'key' | 'kind' | 'layer' | 'causal' | 'window' | 'where'> {
  const { key, kind, layer, causal, window, where } = siteFacts(site);
  return { key, kind, layer, causal, window, where };
}

/** The name of the softmax behind weights: the node itself, or what a mask makes 0 where a query sees nothing. */
function softmaxOf(producers: ReadonlyMap<string, onnx.NodeProto>, weights: string): string {
  const node = producers.get(weights);
  if (node?.opType === 'Where') return softmaxOf(producers, node.input![1]!);
  return node?.name || node?.output?.[0] || weights;
}
