/** What made a file: written into every export, so that a number found years later can be made again. */
import type { Shown } from '../state/shown.ts';
import type { Over, Session, ViewOptions } from '../state/types.ts';

export interface Provenance {
  readonly made: string;
  readonly model: {
    readonly id: string;
    readonly name: string;
    readonly architecture: string;
    readonly format: string;
    readonly dtype: string;
    readonly quantization: string | null;
  };
  /** SHA-256 of the text in UTF-8, hexadecimal; of the target's text too where there is one. */
  readonly textSha256: string | null;
  readonly targetSha256: string | null;
  readonly device: string;
  readonly kind: string;
  /** Layers and heads count from 1 here, as on the screen; several heads were averaged. */
  readonly heads: readonly { readonly layer: number; readonly head: number }[];
  /** `rollout`, `flow`: not these heads' weights but all layers up to theirs. */
  readonly over: Over | null;
  readonly minus: { readonly layer: number; readonly head: number } | null;
  readonly how: string;
  readonly rowSumError: number | null;
  readonly shown: { readonly specialTokens: string; readonly grouping: string; readonly threshold: number; readonly columns: string };
}

export async function provenanceOf(
  session: Session,
  shown: Pick<Shown, 'site' | 'heads' | 'over' | 'against'>,
  view: ViewOptions,
): Promise<Provenance> {
  const { show, opened, run } = session;
  const { input } = show;
  const counted = ({ layer, head }: { layer: number; head: number }) => ({ layer: layer + 1, head: head + 1 });
  const { architecture, format, dtype, quantization } = opened.model;
  return {
    made: 'Headlight',
    model: { id: show.model.id, name: show.model.name, architecture, format, dtype, quantization },
    textSha256: input.kind === 'text' ? await sha256(input.text) : null,
    targetSha256: input.kind === 'text' && input.target ? await sha256(input.target.text) : null,
    device: run.device,
    kind: shown.site.kind,
    heads: shown.heads.map(counted),
    over: shown.over,
    minus: shown.against && counted(shown.against),
    how: shown.site.how,
    rowSumError: shown.site.run.rowSumError,
    shown: { specialTokens: view.specials, grouping: view.grouping, threshold: view.threshold, columns: view.columns },
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `headlight-gpt-L3H1`: a name that every file system takes. */
export function fileStem({ model, kind, heads, minus, over }: Provenance): string {
  const one = (h: { layer: number; head: number }) => `L${h.layer}H${h.head}`;
  const names = over ? `${over}-L1-L${heads[0]?.layer ?? 1}` : heads.length > 3 ? `${heads.length}-heads` : heads.map(one).join('+');
  const parts = [model.name, ...(kind === 'self' ? [] : [kind]), names, ...(minus ? ['minus', one(minus)] : [])];
  return parts.join('-').replace(/[^\p{L}\p{N}.+_-]+/gu, '-');
}
