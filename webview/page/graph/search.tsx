/** Finds a node by operator or name, or a tensor, and goes there. */
import { useMemo, useState } from 'preact/hooks';
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { TextField } from '../../ui/controls.tsx';
import { findIn, type Hit } from './find.ts';

const MOST = 40;

export function Search({ data, onFound }: { data: GraphData; onFound: (node: number) => void }) {
  const [words, setWords] = useState('');
  const hits = useMemo(() => findIn(data, words, MOST), [data, words]);
  const go = ({ node }: Hit) => onFound(node);
  return (
    <div class="graph-search">
      <TextField
        label="Find a node, an operator or a tensor"
        placeholder="find a node or tensor"
        value={words}
        onInput={setWords}
        onEnter={() => {
          if (!hits[0]) return;
          go(hits[0]);
          setWords('');
        }}
      />
      {words.trim() !== '' && (
        <ul class="hits" aria-label={`${hits.length === MOST ? 'The first ' : ''}${hits.length} found`}>
          {hits.length === 0 && <li class="muted">Nothing of that name.</li>}
          {hits.map((hit) => (
            <li key={`${hit.node} ${hit.title} ${hit.detail}`}>
              <button
                type="button"
                class="line"
                title={`${hit.title} ${hit.detail}`}
                onClick={() => {
                  go(hit);
                  setWords('');
                }}
              >
                <strong>{hit.title}</strong> <span class="muted">{hit.detail}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
