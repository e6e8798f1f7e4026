/** Which path is on view: its two ends, and the way between them. */
import { useMemo, useState } from 'preact/hooks';
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { pathBetween } from './path.ts';
import type { PathState } from './path-details.tsx';

export function usePath(data: GraphData, say: (words: string) => void): PathState {
  const [{ start, end }, setEnds] = useState<{ start: number | null; end: number | null }>({ start: null, end: null });
  const path = useMemo(() => (start === null || end === null ? null : pathBetween(data, start, end)), [data, start, end]);
  const mark = (node: number) => {
    if (start === null || end !== null || start === node) {
      setEnds({ start: node, end: null });
      say('The path starts here. Choose another node, and press p.');
      return;
    }
    setEnds({ start, end: node });
    const found = pathBetween(data, start, node);
    say(found ? `A path of ${found.nodes.length} nodes.` : 'No path: they do not depend on each other.');
  };
  return { start, end, path, mark, clear: () => setEnds({ start: null, end: null }) };
}
