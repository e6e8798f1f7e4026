/** The numbers on view, asked for when the view has settled; the last ones stay until the next are there. */
import { useEffect, useState } from 'preact/hooks';
import { HeadlightError } from '../../../model/errors.ts';
import type { Slice, SliceParams } from '../../../model/explore/slice.ts';
import { usePage } from '../context.ts';

/** Quiet time before numbers are asked for, in milliseconds. */
const SETTLE_MS = 40;

export interface ShownSlice {
  readonly params: SliceParams;
  readonly slice: Slice;
}

export function useSlice(
  name: string,
  unpacked: boolean,
  params: SliceParams,
): { readonly shown: ShownSlice | null; readonly failure: string | null } {
  const { host } = usePage();
  const [state, setState] = useState<{ shown: ShownSlice | null; failure: string | null }>({ shown: null, failure: null });
  const key = JSON.stringify(params);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      host.request('slice', { name, unpacked, slice: params }).then(
        (slice) => wanted && setState({ shown: { params, slice }, failure: null }),
        (error: unknown) => wanted && setState({ shown: null, failure: error instanceof HeadlightError ? error.message : String(error) }),
      );
    }, SETTLE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [name, unpacked, key]);
  return state;
}
