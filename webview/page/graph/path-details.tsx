/** The path between two nodes: choose where it starts, then where it ends; each step leads to its node. */
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { Button, Icon, IconButton } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import type { Path } from './path.ts';

export interface PathState {
  readonly start: number | null;
  readonly end: number | null;
  /** Null where there is none, or both ends are not chosen yet. */
  readonly path: Path | null;
  /** Makes a node the start, the end of a path that has one, or the start of another. */
  readonly mark: (node: number) => void;
  readonly clear: () => void;
}

/** The button of a node that is chosen. */
export function PathButton({ node, state }: { node: number; state: PathState }) {
  const { start, end, mark } = state;
  if (start === node && end === null) return <p class="note">The path starts here. Choose another node, and press p.</p>;
  const label = start !== null && end === null ? 'Path to here' : 'Path from here';
  return <Button label={label} icon="git-commit" onPress={() => mark(node)} />;
}

const SHOWN = 60;

export function PathDetails({ data, state, onGo }: { data: GraphData; state: PathState; onGo: (node: number) => void }) {
  const { host } = usePage();
  const { start, end, path, clear } = state;
  if (start === null || end === null) return null;
  const nameOf = (node: number) => data.nodes[node]!.name || data.nodes[node]!.op;
  if (!path) {
    return (
      <section class="graph-path">
        <Head words="No path" onClear={clear} />
        <p class="muted">
          {nameOf(start)} and {nameOf(end)} do not depend on each other.
        </p>
      </section>
    );
  }
  const text = path.nodes.map((node) => `${data.nodes[node]!.op} ${data.nodes[node]!.name}`).join('\n');
  return (
    <section class="graph-path" aria-label="Path">
      <Head words={`Path of ${path.nodes.length} nodes`} onClear={clear} onCopy={() => void host.request('copy', { text })} />
      {path.backwards && <p class="note">The second node comes before the first: the path leads from it.</p>}
      <ol class="values">
        {path.nodes.slice(0, SHOWN).map((node) => (
          <li key={node}>
            <button type="button" class="plain link" title={data.nodes[node]!.name} onClick={() => onGo(node)}>
              <Icon name="arrow-down" /> {data.nodes[node]!.op}
            </button>
            <span class="muted">{data.nodes[node]!.name}</span>
          </li>
        ))}
      </ol>
      {path.nodes.length > SHOWN && <p class="muted">and {path.nodes.length - SHOWN} more</p>}
    </section>
  );
}

function Head({ words, onClear, onCopy }: { words: string; onClear: () => void; onCopy?: () => void }) {
  return (
    <div class="row-tools">
      <h2>{words}</h2>
      <span class="grow" />
      {onCopy && <IconButton label="Copy the path" icon="copy" onPress={onCopy} />}
      <IconButton label="Forget the path" icon="close" onPress={onClear} />
    </div>
  );
}
