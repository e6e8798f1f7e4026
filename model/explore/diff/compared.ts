/** The differences of pairs, as the page asks for them: one after another, each with its numbers or the sentence why it has none. */
import { asHeadlightError, HeadlightError } from '../../errors.ts';
import type { Compared, Pair } from '../../protocol/diff.ts';
import { sizeOf } from '../../tensor.ts';
import type { Watch } from '../statistics.ts';
import type { Subject } from '../subject.ts';
import { nearer, straight, turned } from './difference.ts';

/** Both sides of a comparison. */
export interface Two {
  readonly base: Subject;
  readonly other: Subject;
}

/** @throws HeadlightError `cancelled`; any other failure is the pair's own sentence */
export async function comparedPairs(two: Two, pairs: readonly Pair[], dequantized: boolean, watch: Watch): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const [i, pair] of pairs.entries()) {
    const own: Watch = { progress: (done) => watch.progress((i + done) / pairs.length), check: () => watch.check() };
    compared.push(await one(two, pair, dequantized, own));
    await watch.check();
  }
  return compared;
}

async function one({ base, other }: Two, pair: Pair, dequantized: boolean, watch: Watch): Promise<Compared> {
  const failure = pair.apart ?? (dequantized ? null : packedWords(pair));
  if (failure !== null) return { failure };
  try {
    const a = base.stored(pair.base.name, dequantized && pair.base.packed);
    const b = other.stored(pair.other.name, dequantized && pair.other.packed);
    const count = pair.rows === null ? sizeOf(a.shape) : pair.rows * sizeOf(a.shape.slice(1));
    // Codes of the same form are compared as they lie.
    if (!dequantized && pair.base.packed) return { difference: await straight(a, b, count, watch) };
    if (pair.turn === 'yes') return { difference: await turned(a, b, watch) };
    return { difference: await (pair.turn === 'try' ? nearer(a, b, watch) : straight(a, b, count, watch)) };
  } catch (error) {
    const known = asHeadlightError(error, 'read', 'They cannot be compared');
    if (known instanceof HeadlightError && known.code === 'cancelled') throw known;
    return { failure: known.message };
  }
}

/** Codes mean something only beside codes of the same type and form. */
function packedWords({ base, other }: Pair): string | null {
  if (!base.packed && !other.packed) return null;
  if (base.packed && other.packed && base.dtype === other.dtype && base.values === other.values) return null;
  return 'One holds codes that stand for weights: choose De-quantised to compare the weights.';
}
