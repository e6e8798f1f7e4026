import { boolean, type Json } from '../json.ts';
import { specialPair } from './bert.ts';
import type { PostProcessor } from './index.ts';
import { trimSpaces } from './trim.ts';

/** RobertaProcessing: `<s> A </s>`, and `</s> B </s>` for a second text; every segment is 0. Trims ranges if asked. */
export function roberta(config: Json): PostProcessor {
  const cls = specialPair(config.cls, 'cls');
  const sep = specialPair(config.sep, 'sep');
  const prefix = boolean(config.add_prefix_space, true, 'add_prefix_space');
  const trims = boolean(config.trim_offsets, true, 'trim_offsets');
  return (runs, specials) => {
    const [a, b] = runs.map((run) => ({ ...(trims ? trimSpaces(run, prefix) : run), typeId: 0 }));
    if (a === undefined) return runs;
    if (!specials) return b === undefined ? [a] : [a, b];
    return b === undefined ? [cls(0), a, sep(0)] : [cls(0), a, sep(0), sep(0), b, sep(0)];
  };
}
