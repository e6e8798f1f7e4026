import { type Run, specialRun } from '../draft.ts';
import { count, type Json, list, string } from '../json.ts';
import type { PostProcessor } from './index.ts';

/** A special token as `[content, id]`. */
export function specialPair(value: unknown, name: string): (typeId: number) => Run {
  const [content, id] = list(value, name);
  const piece = string(content, name);
  const number = count(id, name);
  return (typeId) => specialRun([number], [piece], typeId);
}

/** BertProcessing: `[CLS] A [SEP]`, and `B [SEP]` for a second text, which is segment 1. */
export function bert(config: Json): PostProcessor {
  const cls = specialPair(config.cls, 'cls');
  const sep = specialPair(config.sep, 'sep');
  return (runs, specials) => {
    const [a, b] = runs;
    if (!specials || a === undefined) return runs;
    const first = [cls(0), { ...a, typeId: 0 }, sep(0)];
    return b === undefined ? first : [...first, { ...b, typeId: 1 }, sep(1)];
  };
}
