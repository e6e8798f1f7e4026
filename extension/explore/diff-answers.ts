/** What the reader thread answers of two models that are compared. */
import { comparedPairs } from '../../model/explore/diff/compared.ts';
import { structureOf } from '../../model/explore/diff/structure.ts';
import type { Subject } from '../../model/explore/subject.ts';
import type { RequestHandlers } from '../../model/protocol/channel.ts';
import type { DiffReaderRequests, Structure } from '../../model/protocol/diff.ts';
import { stillWanted } from './answers.ts';

type Opened = () => Promise<Subject>;

/** @param base and `other`: the files, or why one cannot be opened; then every answer is that sentence */
export function diffAnswers(base: Opened, other: Opened): RequestHandlers<DiffReaderRequests> {
  let structure: Promise<Structure> | undefined;
  const found = async () => {
    const [first, second] = [await base(), await other()];
    structure ??= structureOf(first, second);
    return structure;
  };
  return {
    structure: found,
    async differences({ pairs, dequantized }, call) {
      const all = (await found()).pairs;
      const two = { base: await base(), other: await other() };
      const watch = { progress: (fraction: number) => call.progress(fraction, 'Comparing'), check: () => stillWanted(call) };
      return comparedPairs(
        two,
        pairs.flatMap((pair) => all[pair] ?? []),
        dequantized,
        watch,
      );
    },
  };
}
