/** Classes of tokens as stretches of the text: neighbours of one class belong together, as `B-` and `I-` in front of a class say. */
import type { Token } from '../protocol/panel.ts';

export interface TokenClass {
  readonly label: string;
  /** 0 to 1 */
  readonly probability: number;
}

export interface Entity {
  readonly label: string;
  /** First and last token. */
  readonly first: number;
  readonly last: number;
  /** Mean over its tokens. */
  readonly probability: number;
}

/** True for the class of what is nothing. */
export const isOutside = (label: string): boolean => /^(O|OUT|NONE|LABEL_0)$/i.test(label);

const typeOf = (label: string) => label.replace(/^[BILUES]-/, '');

/** @param classes one a token; special tokens are left out */
export function entitiesOf(tokens: readonly Token[], classes: readonly TokenClass[]): Entity[] {
  const entities: { label: string; first: number; last: number; sum: number }[] = [];
  for (const [index, { label, probability }] of classes.entries()) {
    const token = tokens[index];
    if (!token || token.special || token.end <= token.start || isOutside(label)) continue;
    const before = entities.at(-1);
    const inWord = before !== undefined && token.word !== null && tokens[before.last]!.word === token.word;
    const continues = before?.last === index - 1 && before.label === typeOf(label) && (inWord || !label.startsWith('B-'));
    if (before && continues) {
      before.last = index;
      before.sum += probability;
    } else entities.push({ label: typeOf(label), first: index, last: index, sum: probability });
  }
  return entities.map(({ sum, ...entity }) => ({ ...entity, probability: sum / (entity.last - entity.first + 1) }));
}
