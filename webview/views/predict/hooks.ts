/** What the sections ask of engine and host. */
import { useEffect, useState } from 'preact/hooks';
import { asHeadlightError } from '../../../model/errors.ts';
import type { VocabularyEntry } from '../../../model/protocol/panel.ts';
import type { Loaded } from '../../state/types.ts';
import { entryLabel } from '../../state/vocabulary.ts';
import { useLast } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';

/** Asks anew whenever `key` changes; the answer before stays until the next is there, and late answers are dropped. */
export function useAnswer<T>(key: string, ask: () => Promise<T>): { readonly now: Loaded<T>; readonly last: T | null } {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly loaded: Loaded<T> } | null>(null);
  useEffect(() => {
    let wanted = true;
    const settle = (loaded: Loaded<T>) => wanted && setAnswer({ key, loaded });
    ask().then(
      (value) => settle({ state: 'ready', value }),
      (error: unknown) => {
        const { code, message } = asHeadlightError(error, 'internal', 'The engine did not answer');
        settle({ state: 'failed', error: { code, message } });
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);
  const now: Loaded<T> = answer?.key === key ? answer.loaded : { state: 'loading' };
  return { now, last: useLast(now.state === 'ready' ? now.value : null) };
}

/** Names of tokens by id; asks for those that are not known yet. */
export function useNames(ids: readonly number[]): {
  readonly nameOf: (id: number) => string;
  readonly entryOf: (id: number) => VocabularyEntry | undefined;
} {
  const { sessions } = usePanel();
  const vocabulary = sessions.vocabulary.value;
  const wanted = ids.join(' ');
  useEffect(() => vocabulary?.ask(ids), [vocabulary, wanted]);
  const entries = vocabulary?.entries.value;
  return { nameOf: (id) => entryLabel(entries?.get(id), id), entryOf: (id) => entries?.get(id) };
}
