/** The statistics of the tensor on view: asked for at once where they take no time, on request for gigabytes; stopped when nobody looks. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { CancellationTokenSource } from 'vscode-jsonrpc/browser';
import { HeadlightError } from '../../../model/errors.ts';
import type { Statistics } from '../../../model/explore/statistics.ts';
import type { TensorRow } from '../../../model/protocol/explorer.ts';
import { usePage } from '../context.ts';

/** Tensors up to this size are counted without being asked, in bytes. */
const AT_ONCE = 256e6;

export interface StatisticsWork {
  readonly result: Statistics | null;
  /** Why there is none, in a sentence. */
  readonly failure: string | null;
  /** 0 to 1 while it is under way, else null. */
  readonly fraction: number | null;
  start(): void;
  cancel(): void;
}

export function useStatistics(row: TensorRow, unpacked: boolean): StatisticsWork {
  const { host } = usePage();
  const [state, setState] = useState<Pick<StatisticsWork, 'result' | 'failure' | 'fraction'>>({
    result: null,
    failure: null,
    fraction: null,
  });
  const running = useRef<CancellationTokenSource | null>(null);
  const start = () => {
    running.current?.cancel();
    const source = new CancellationTokenSource();
    running.current = source;
    const mine = () => running.current === source;
    setState({ result: null, failure: null, fraction: 0 });
    const onProgress = ({ fraction }: { fraction: number | null }) => {
      if (mine()) setState({ result: null, failure: null, fraction });
    };
    host.request('statistics', { name: row.name, unpacked }, { token: source.token, onProgress }).then(
      (result) => mine() && setState({ result, failure: null, fraction: null }),
      (error: unknown) => mine() && setState({ result: null, failure: wordsOf(error), fraction: null }),
    );
  };
  const cancel = () => {
    running.current?.cancel();
    running.current = null;
    setState({ result: null, failure: null, fraction: null });
  };
  useEffect(() => {
    if (row.bytes <= AT_ONCE) start();
    return () => {
      running.current?.cancel();
      running.current = null;
    };
  }, [row, unpacked]);
  return { ...state, start, cancel };
}

const wordsOf = (error: unknown) => (error instanceof HeadlightError ? error.message : String(error));
