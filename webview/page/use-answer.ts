/** What the reader thread answers to a question that depends on what is chosen; an answer that nobody waits for any more is dropped. */
import { useEffect, useState } from 'preact/hooks';
import { type Loaded, loaded } from './state.ts';

/** @param key what the question depends on; null asks nothing */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ readonly key: string | null; readonly answer: Loaded<T> }>({ key: null, answer: { at: 'loading' } });
  useEffect(() => {
    let wanted = true;
    if (key === null) return;
    void loaded(ask()).then((answer) => wanted && setState({ key, answer }));
    return () => {
      wanted = false;
    };
  }, [key]);
  return state.key === key ? state.answer : { at: 'loading' };
}
