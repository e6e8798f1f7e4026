/** What is selected: one state, shared by panel, editor and side panel. Layers, heads and tokens count from 0; people read them from 1. */
import type { SiteKind } from './engine.ts';

export interface Selection {
  readonly kind: SiteKind;
  readonly layer: number;
  readonly head: number;
  /** Index of the query token, or null before anything was chosen. */
  readonly query: number | null;
  /** Index of the key token under the cross-hair, or null. */
  readonly key: number | null;
}
