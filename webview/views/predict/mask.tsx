/** What a masked language model says in the place of a token: the token is hidden behind the mask and the text run again. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RunParams } from '../../../model/protocol/engine.ts';
import type { Session } from '../../state/types.ts';
import { usePanel } from '../context.ts';

/** Id of the mask: as the tokenizer names it, else as the configuration does; undefined before that is known, null for none. */
export function useMaskId(session: Session): number | null | undefined {
  const { host } = usePanel();
  const id = useSignal<number | null | undefined>(undefined);
  const model = session.show.model.id;
  useEffect(() => {
    let wanted = true;
    const named = session.opened.config?.['mask_token_id'];
    const otherwise = typeof named === 'number' ? named : null;
    host.request('specials', { model }).then(
      ({ mask }) => {
        if (wanted) id.value = mask ?? otherwise;
      },
      () => {
        if (wanted) id.value = otherwise;
      },
    );
    return () => {
      wanted = false;
    };
  }, [host, model]);
  return id.value;
}

/** The run's text with one token behind the mask. */
export function masked({ show: { run } }: Session, position: number, mask: number): RunParams {
  return { ...run, ids: (run.ids ?? []).map((id, i) => (i === position ? mask : id)) };
}
