/**
 * What the lessons in `media/lessons` show: each step a built-in model, something that it reads, a head, a word and a tab of the panel. Links in the
 * lessons name a step by its id and give nothing else, so that a link can show these and no other things.
 */
import type { SiteKind } from '../../model/protocol/engine.ts';

export interface Step {
  /** Name of a built-in model. */
  readonly model: string;
  /** The text, or `picture`, the name of a sample. */
  readonly text?: string;
  readonly picture?: string;
  /** What the decoder says. */
  readonly target?: string;
  /** Layer and head count from 0. */
  readonly head: { readonly kind: SiteKind; readonly layer: number; readonly head: number };
  /** A word that asks; a position of a picture. */
  readonly query?: string | number;
  /** A word that answers. */
  readonly key?: string;
  /** Id of a tab of the panel. */
  readonly tab: string;
  /** Which picture of the tab Positions. */
  readonly positions?: string;
}

const KEYS = 'The keys to the cabinet are on the table.';
const TIRED = 'The cat did not cross the street because it was too tired.';
const WIDE = 'The cat did not cross the street because it was too wide.';
const CHAT = { text: 'the black cat sleeps on the chair', target: 'le chat noir dort sur la chaise' } as const;

const gpt = (layer: number, head: number, rest: Omit<Step, 'model' | 'head' | 'text'>): Step => ({
  ...{ model: 'headlight-gpt', text: KEYS, head: { kind: 'self', layer, head } },
  ...rest,
});
const bert = (text: string, layer: number, head: number, rest: Omit<Step, 'model' | 'head' | 'text'>): Step => ({
  ...{ model: 'headlight-bert', text, head: { kind: 'self', layer, head } },
  ...rest,
});
const translator = (kind: SiteKind, layer: number, head: number, rest: Partial<Step> & Pick<Step, 'tab'>): Step => ({
  ...{ model: 'headlight-translator', text: 'I am a student', target: 'je suis étudiant', head: { kind, layer, head } },
  ...rest,
});
const star = (layer: number, head: number, rest: Omit<Step, 'model' | 'head' | 'picture'>): Step => ({
  ...{ model: 'headlight-vit', picture: 'star.png', head: { kind: 'self', layer, head } },
  ...rest,
});

export const STEPS: Readonly<Record<string, Step>> = {
  'attention.row': gpt(2, 0, { query: 'are', key: 'key', tab: 'matrix' }),
  'attention.text': gpt(2, 0, { query: 'are', tab: 'text' }),
  'attention.sum': gpt(2, 0, { query: 'are', key: 'key', tab: 'neurons' }),
  'verbs.gpt': gpt(2, 0, { query: 'are', tab: 'text' }),
  'verbs.bert': bert(KEYS, 3, 0, { query: 'are', key: 'keys', tab: 'matrix' }),
  'verbs.back': bert(KEYS, 3, 0, { query: 'keys', key: 'are', tab: 'matrix' }),
  'verbs.tired': bert(TIRED, 3, 3, { query: 'it', key: 'cat', tab: 'text' }),
  'verbs.wide': bert(WIDE, 3, 3, { query: 'it', key: 'street', tab: 'text' }),
  'positions.table': gpt(2, 0, { query: 'are', tab: 'positions', positions: 'table' }),
  'positions.likeness': gpt(2, 0, { query: 'are', tab: 'positions', positions: 'geometry' }),
  'positions.distance': gpt(0, 1, { query: 'are', tab: 'positions', positions: 'distance' }),
  'positions.waves': translator('encoder', 0, 0, { ...CHAT, query: 'cat', tab: 'positions', positions: 'table' }),
  'translator.encoder': translator('encoder', 0, 0, { query: 'student', tab: 'matrix' }),
  'translator.decoder': translator('decoder', 0, 0, { tab: 'matrix' }),
  'translator.cross': translator('cross', 1, 2, { query: 'étudiant', key: 'student', tab: 'matrix' }),
  'translator.cat': translator('cross', 1, 2, { ...CHAT, query: 'chat', key: 'cat', tab: 'lines' }),
  'pictures.class': star(2, 0, { query: 0, tab: 'picture' }),
  'pictures.grid': star(2, 0, { query: 29, tab: 'positions', positions: 'grid' }),
};
