/** Tokens of the vocabulary for the indices on view; remembered for the page. */
import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../context.ts';

const known = new Map<number, string | null>();

/** @param ids empty where the axis counts no tokens */
export function useTokens(ids: readonly number[]): ReadonlyMap<number, string | null> {
  const { host } = usePage();
  const [, setCount] = useState(0);
  const missing = ids.filter((id) => !known.has(id));
  const key = missing.join();
  useEffect(() => {
    if (missing.length === 0) return;
    host.request('tokens', { ids: missing }).then(
      (tokens) => {
        for (const [i, id] of missing.entries()) known.set(id, tokens[i] ?? null);
        setCount(known.size);
      },
      // Without a readable tokenizer indices have no names; the page says elsewhere that it is missing.
      () => {
        for (const id of missing) known.set(id, null);
      },
    );
  }, [key]);
  return known;
}
