/**
 * Parameters by part: a picture of nested bars (each level below the one that holds it) and the same as a list. Choosing a part zooms into it;
 * the list is the keyboard's way.
 */
import { useMemo, useState } from 'preact/hooks';
import { findPart, type Part, partsOf } from '../../../model/explore/parts.ts';
import type { PageFacts, TensorRow } from '../../../model/protocol/explorer.ts';
import { count, percent } from '../../draw/numbers.ts';
import { Icon } from '../../ui/controls.tsx';
import { useSize } from '../../ui/hooks.ts';
import { usePage } from '../context.ts';
import { type Bar, barsOf } from './bars.ts';
import { Share } from './share.tsx';

const LEVELS = 3;
const ROW = 26;
/** Rows of the list before the rest is folded. */
const SHOWN = 14;

export function PartsBlock({ facts }: { facts: PageFacts }) {
  const root = useMemo(() => partsOf(facts.tensors.filter(isWeight)), [facts.tensors]);
  const [path, setPath] = useState(root.path);
  const [all, setAll] = useState(false);
  const part = findPart(root, path) ?? root;
  const zoom = (to: string) => {
    setPath(to);
    setAll(false);
  };
  if (root.values === 0) return null;
  const sorted = [...part.parts].sort((a, b) => b.values - a.values);
  return (
    <section class="parts">
      <h2>Parameters by part</h2>
      <Trail root={root} part={part} onZoom={zoom} />
      <Picture part={part} onZoom={zoom} />
      <ul class="shares">
        {(all ? sorted : sorted.slice(0, SHOWN)).map((inner) => (
          <Row key={inner.path} part={inner} of={part.values} onZoom={zoom} />
        ))}
      </ul>
      {sorted.length > SHOWN && !all && (
        <button type="button" class="plain link" onClick={() => setAll(true)}>
          {sorted.length - SHOWN} more parts
        </button>
      )}
    </section>
  );
}

/** Single values are factors; whole numbers of 32 bits and more are shapes, indices and positions: none of them weights. */
const isWeight = ({ dtype, values }: TensorRow) => values > 1 && !/^(u?int(32|64)|bool|string)$/.test(dtype);

function Row({ part, of, onZoom }: { part: Part; of: number; onZoom: (path: string) => void }) {
  const { tab, tensor } = usePage();
  const leaf = part.parts.length === 0;
  const open = () => {
    if (!leaf) return onZoom(part.path);
    tensor.value = part.name;
    tab.value = 'tensors';
  };
  const share = of === 0 ? 0 : part.values / of;
  return (
    <li>
      <button type="button" class="plain link name" title={part.path} onClick={open}>
        {part.name}
      </button>
      <Share of={share} />
      <span class="number muted">
        {count(part.values)} · {percent(share)}
      </span>
    </li>
  );
}

/** Where in the model the picture is: every step leads back. */
function Trail({ root, part, onZoom }: { root: Part; part: Part; onZoom: (path: string) => void }) {
  const steps: Part[] = [root];
  for (let at = root; at !== part; ) {
    const next = at.parts.find(({ path }) => part.path === path || part.path.startsWith(`${path}.`));
    if (!next) break;
    steps.push(next);
    at = next;
  }
  return (
    <nav class="trail" aria-label="Part of the model">
      {steps.map((step, i) => (
        <span key={step.path}>
          {i > 0 && <Icon name="chevron-right" />}
          {step === part ? (
            <strong>{step.name || 'the whole model'}</strong>
          ) : (
            <button type="button" class="plain link" onClick={() => onZoom(step.path)}>
              {step.name || 'the whole model'}
            </button>
          )}
        </span>
      ))}
      <span class="muted number">
        {part.values.toLocaleString('en')} values in {part.tensors.toLocaleString('en')} tensors
      </span>
    </nav>
  );
}

function Picture({ part, onZoom }: { part: Part; onZoom: (path: string) => void }) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const bars = useMemo(() => barsOf(part, width, LEVELS), [part, width]);
  const levels = Math.max(0, ...bars.map(({ level }) => level + 1));
  return (
    <div ref={ref} class="icicle">
      {width > 0 && (
        <svg
          width={width}
          height={levels * ROW}
          role="img"
          aria-label={`Bars of ${part.parts.length} parts; the list below has the same numbers`}
        >
          {bars.map((bar) => (
            <Segment key={bar.part.path} bar={bar} of={part.values} onZoom={onZoom} />
          ))}
        </svg>
      )}
    </div>
  );
}

function Segment({ bar: { part, x, width, level, tone }, of, onZoom }: { bar: Bar; of: number; onZoom: (path: string) => void }) {
  const zooms = part.parts.length > 0;
  const letters = Math.floor((width - 8) / 6.6);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list below does the same by keyboard
    <g class={`segment tone-${tone} level-${level}${zooms ? ' zooms' : ''}`} onClick={() => zooms && onZoom(part.path)}>
      <title>{`${part.path}: ${count(part.values)} values, ${percent(part.values / of)}`}</title>
      <rect x={x} y={level * ROW} width={Math.max(1, width - 1)} height={ROW - 1} rx={2} />
      {letters >= 3 && (
        <text x={x + 5} y={level * ROW + 17}>
          {part.name.length > letters ? `${part.name.slice(0, letters - 1)}…` : part.name}
        </text>
      )}
    </g>
  );
}
