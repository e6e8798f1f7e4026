/** What a site keeps for probing. */
import type { Fused } from '../lower/lower.ts';
import type { SitePlan } from '../types.ts';
import type { Subject } from './graph.ts';
import type { Place } from './group.ts';

export interface Plan extends SitePlan {
  readonly subject: Subject;
  readonly place: Place;
  /** The fused operator that was laid open here, if it was one. */
  readonly fused: Fused | null;
  /** Factor on q·k after their product, or null when only the graph knows. */
  readonly after: number | null;
}

export function planOf(site: { readonly plan: SitePlan }): Plan {
  return site.plan as Plan;
}
