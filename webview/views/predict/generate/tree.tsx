/** A beam search as a tree: time goes to the right, the texts that were found stand below it, best first. */
import { type BeamNode, type BeamTree, idsTo } from '../../../../model/generation/beam.ts';
import { short } from '../../../draw/numbers.ts';
import { useNames } from '../hooks.ts';
import { probabilityWords } from '../shares.tsx';

const COLUMN = 92;
const ROW = 22;

export function BeamTreeView({ tree, onTake }: { tree: BeamTree; onTake: (index: number) => void }) {
  const { nameOf } = useNames([...new Set(tree.nodes.map(({ id }) => id))]);
  const places = placesOf(tree);
  const kept = new Set([...tree.done, ...tree.open].flatMap((index) => pathTo(tree, index)));
  const best = new Set(tree.done[0] === undefined ? [] : pathTo(tree, tree.done[0]));
  const width = COLUMN * (1 + Math.max(0, ...tree.nodes.map(({ length }) => length)));
  const height = ROW * (1 + Math.max(0, ...places));
  const kind = (index: number) => (best.has(index) ? 'best' : kept.has(index) ? 'kept' : 'dropped');
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by keyboard */}
      <section class="beam-box" aria-label="The search as a tree" tabIndex={0}>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${tree.nodes.length} tokens; the texts that were found are listed below`}
        >
          {tree.nodes.map(({ index, parent, length }) => (
            <path key={`edge-${index}`} class={`edge ${kind(index)}`} d={edge(length, parent < 0 ? -1 : places[parent]!, places[index]!)} />
          ))}
          {tree.nodes.map((node) => (
            <text key={node.index} class={kind(node.index)} x={(node.length - 1) * COLUMN + 20} y={places[node.index]! * ROW + 15}>
              <title>{nodeWords(node, nameOf(node.id))}</title>
              {cut(nameOf(node.id))}
              {node.ended ? ' ∎' : ''}
            </text>
          ))}
        </svg>
      </section>
      <Texts tree={tree} nameOf={nameOf} onTake={onTake} />
    </>
  );
}

function Texts({ tree, nameOf, onTake }: { tree: BeamTree; nameOf: (id: number) => string; onTake: (index: number) => void }) {
  const { nodes, done, open } = tree;
  const listed = done.length > 0 ? done : open.filter((index) => index >= 0);
  if (listed.length === 0) return null;
  return (
    <ol class="beam-texts" aria-label="Texts by their score">
      {listed.map((index) => {
        const { score, length } = nodes[index]!;
        return (
          <li key={index}>
            <button
              type="button"
              class="line"
              title="Take this text: its steps can then be looked at one by one"
              onClick={() => onTake(index)}
            >
              <span class="name">
                {idsTo(tree, index)
                  .map((id) => nameOf(id).replace('·', ' '))
                  .join('')}
              </span>
              <span class="number" title="Σ log₂ p of its tokens, for each token">
                {short(score / Math.LN2 / length)} bits/token
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

const nodeWords = ({ logProbability, score }: BeamNode, name: string) =>
  `${name}: ${probabilityWords(Math.exp(logProbability))} after what stands before it; the text so far ${short(score / Math.LN2)} bits`;

const cut = (word: string) => (word.length > 10 ? `${word.slice(0, 9)}…` : word);

function pathTo({ nodes }: BeamTree, index: number): number[] {
  const path: number[] = [];
  for (let at = index; at >= 0; at = nodes[at]!.parent) path.push(at);
  return path;
}

/** A row for every leaf, in the order of the tree; a node stands on the row of its first child. */
function placesOf({ nodes }: BeamTree): number[] {
  const children = new Map<number, number[]>();
  for (const { index, parent } of nodes) children.set(parent, [...(children.get(parent) ?? []), index]);
  const places = new Array<number>(nodes.length).fill(0);
  let row = 0;
  const visit = (index: number): number => {
    const own = children.get(index) ?? [];
    const place = own.length === 0 ? row++ : Math.min(...own.map(visit));
    if (index >= 0) places[index] = place;
    return place;
  };
  visit(-1);
  return places;
}

/** From the row of the node before to that of the node, in the gap before its column. */
function edge(length: number, from: number, to: number): string {
  const x = (length - 1) * COLUMN;
  const y = (row: number) => row * ROW + 11;
  const start = from < 0 ? y(0) : y(from);
  return `M ${x - 4} ${start} C ${x + 8} ${start} ${x + 4} ${y(to)} ${x + 16} ${y(to)}`;
}
