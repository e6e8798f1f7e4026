/** What the side panel's tree holds, as plain values. Labels and children are made in models-tree.ts. */
import type { SiteKind } from '../../model/protocol/engine.ts';
import type { Model, Origin } from '../models/model.ts';

export type Node =
  | { readonly type: 'section'; readonly origin: Origin }
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'stack'; readonly model: Model; readonly kind: SiteKind; readonly layers: number; readonly heads: number }
  | { readonly type: 'layer'; readonly model: Model; readonly kind: SiteKind; readonly layer: number; readonly heads: number }
  | { readonly type: 'head'; readonly model: Model; readonly kind: SiteKind; readonly layer: number; readonly head: number }
  | { readonly type: 'tensors'; readonly model: Model }
  | { readonly type: 'tensor'; readonly model: Model; readonly name: string; readonly detail: string; readonly path: string }
  | { readonly type: 'tokenizer'; readonly model: Model }
  | { readonly type: 'files'; readonly model: Model }
  | { readonly type: 'file'; readonly model: Model; readonly path: string; readonly size: number }
  /** What to do where there is nothing yet. */
  | { readonly type: 'hint'; readonly words: string; readonly command: string }
  /** Why something cannot be used or shown. */
  | { readonly type: 'problem'; readonly model: Model; readonly words: string };

export const SECTIONS: Readonly<Record<Origin, string>> = { 'built-in': 'Built-in', workspace: 'Workspace', added: 'Added folders' };
