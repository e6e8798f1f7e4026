/** Asks the host whenever the text has been still for a moment; a late answer to an older text is dropped. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { asHeadlightError, type HeadlightError } from '../../../model/errors.ts';
import type { Tried } from '../../../model/protocol/tokenizer.ts';
import type { TryHost, TryState } from './types.ts';

/** Keys that come faster than this are one change. */
const STILL_MS = 60;

interface Answer {
  /** The last answer, and the texts that it is about. */
  readonly tried: Tried | null;
  readonly of: TryState | null;
  readonly error: HeadlightError | null;
}

export function useTried(host: TryHost, state: TryState): Answer & { readonly waiting: boolean } {
  const [answer, setAnswer] = useState<Answer>({ tried: null, of: null, error: null });
  const [waiting, setWaiting] = useState(true);
  const asked = useRef(0);
  useEffect(() => {
    const own = ++asked.current;
    setWaiting(true);
    const settle = (next: Answer) => {
      if (asked.current !== own) return;
      setAnswer(next);
      setWaiting(false);
    };
    const ask = () =>
      host.try(state).then(
        (tried) => settle({ tried, of: state, error: null }),
        (error) => settle({ tried: null, of: null, error: asHeadlightError(error, 'tokenizer', 'The text could not be cut into tokens') }),
      );
    const timer = setTimeout(ask, STILL_MS);
    return () => clearTimeout(timer);
  }, [host, state]);
  return { ...answer, waiting };
}
