/** Numbers that positions add to the scores: a line a head over the distance (ALiBi, T5), or a map where distance does not tell. */
import type { Bias } from '../../../model/positions/types.ts';
import { headColours } from '../../colour/scales.ts';
import { exact, headName, short } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import { usePanel } from '../context.ts';
import { LinesChart, type Series } from './chart.tsx';
import { HeatMap } from './heat.tsx';
import { type Look, rowsOf } from './look.ts';
import { linesAsNumbers, Numbered, type Numbers } from './numbers.tsx';

export function BiasPicture({ look }: { look: Look }) {
  return (
    <>
      {look.positions.biases.map((bias) => (
        <OneBias key={bias.where} look={look} bias={bias} />
      ))}
    </>
  );
}

function OneBias({ look, bias }: { look: Look; bias: Bias }) {
  if (bias.map) return <BiasMap look={look} bias={bias} map={bias.map} />;
  return <BiasLines look={look} bias={look.shown.site.causal ? backwards(bias) : bias} />;
}

/** Without the keys that a causal head never sees. */
function backwards(bias: Bias): Bias {
  const { distances, byDistance, buckets, heads } = bias;
  const n = distances.filter((distance) => distance <= 0).length;
  const values = new Float32Array(heads * n);
  for (let head = 0; head < heads; head++) values.set(byDistance.subarray(head * distances.length, head * distances.length + n), head * n);
  return { ...bias, distances: distances.slice(0, n), byDistance: values, buckets: buckets?.slice(0, n) ?? null };
}

function BiasLines({ look, bias }: { look: Look; bias: Bias }) {
  const { store } = usePanel();
  const { heads, distances, byDistance, buckets } = bias;
  const n = distances.length;
  const { layer } = look.shown.site;
  const name = (head: number) => (heads === 1 ? 'all heads' : headName(layer, head));
  const at = (head: number, i: number) => byDistance[head * n + i]!;
  const inBucket = (i: number) => (buckets ? `, bucket ${buckets[i]}` : '');
  const own = Math.min(look.shown.heads[0]!.head, heads - 1);
  const numbers = () =>
    linesAsNumbers(
      `${bias.words}: what is added to the score, by key − query`,
      distances,
      [...(buckets ? ['bucket'] : []), ...Array.from({ length: heads }, (_, h) => name(h))],
      (row, line) => (buckets && line === 0 ? buckets[row]! : at(buckets ? line - 1 : line, row)),
    );
  return (
    <Numbered numbers={numbers}>
      <h3>Added to the score, by distance</h3>
      <LinesChart
        tall
        label={`${bias.words} of ${heads} heads; ${name(own)} adds ${short(at(own, 0))} at ${distances[0]} and ${short(at(own, n - 1))} at ${distances[n - 1]}`}
        x="key − query, in positions"
        y="added to the score"
        series={useHeadLines(look, bias)}
        words={(series, { x, y }) => `${series.name}, ${x}${inBucket(distances.indexOf(x))}: ${exact(y)}`}
        onPick={(_x, series) => {
          const head = Array.from({ length: heads }, (_, h) => h).find((h) => name(h) === series.name);
          if (head !== undefined && heads > 1) select(store, { head });
        }}
      />
      {bias.slopes && <Slopes bias={bias} look={look} />}
      {buckets && <BucketWords bias={bias} />}
    </Numbered>
  );
}

/** The heads that are looked at in their colours, all others quiet. */
function useHeadLines(look: Look, { heads, distances, byDistance }: Bias): Series[] {
  const { theme } = usePanel();
  const colours = headColours(theme.value.kind);
  const chosen = look.shown.heads.map(({ head }) => Math.min(head, heads - 1));
  const lines = Array.from({ length: heads }, (_, head): Series => {
    const at = chosen.indexOf(head);
    return {
      name: heads === 1 ? 'all heads' : headName(look.shown.site.layer, head),
      points: Array.from(distances, (x, i) => ({ x, y: byDistance[head * distances.length + i]! })).filter(({ y }) => !Number.isNaN(y)),
      colour: at < 0 ? theme.value.muted : chosen.length > 1 ? colours[at % colours.length]! : theme.value.query,
      width: at < 0 ? 0.75 : 2.5,
    };
  });
  // The chosen ones last: on top.
  return [...lines.filter((_, head) => !chosen.includes(head)), ...lines.filter((_, head) => chosen.includes(head))];
}

function Slopes({ bias, look }: { bias: Bias; look: Look }) {
  const { store } = usePanel();
  return (
    <div class="picture-tokens" role="toolbar" aria-label="Slope of each head">
      {Array.from(bias.slopes!, (slope, head) => (
        <button
          key={head}
          type="button"
          class="chip"
          aria-pressed={store.selection.value.head === head}
          title={`m of ${headName(look.shown.site.layer, head)}: ${exact(slope)} less for each position further back`}
          onClick={() => select(store, { head })}
        >
          {headName(look.shown.site.layer, head)} <span class="number">m = {short(slope)}</span>
        </button>
      ))}
    </div>
  );
}

/** Which distances share a bucket, in words: `−8 to −11`. */
function BucketWords({ bias: { buckets, distances } }: { bias: Bias }) {
  const spans = new Map<number, [number, number]>();
  buckets!.forEach((bucket, i) => {
    const span = spans.get(bucket);
    spans.set(bucket, span ? [span[0], distances[i]!] : [distances[i]!, distances[i]!]);
  });
  const wide = [...spans].filter(([, [from, to]]) => to > from).sort((a, b) => Math.abs(a[1][0]) - Math.abs(b[1][0]));
  return (
    <p class="note">
      {spans.size} buckets are used; every distance has its own but for{' '}
      {wide.length === 0 ? 'none' : wide.map(([bucket, [from, to]]) => `${from} to ${to} (bucket ${bucket})`).join(', ')}.
    </p>
  );
}

function BiasMap({ look, bias, map }: { look: Look; bias: Bias; map: NonNullable<Bias['map']> }) {
  const { store } = usePanel();
  const { queries: T, keys: S } = map;
  const head = Math.min(look.shown.heads[0]!.head, bias.heads - 1);
  const data = map.data.subarray(head * T * S, (head + 1) * T * S);
  const [asks, answers] = [rowsOf(store, look, 'query'), rowsOf(store, look, 'key')];
  const words = (row: number, column: number) =>
    `${asks.label(row)} → ${answers.label(column)}: ${exact(data[row * S + column]!)} is added to the score`;
  const numbers = (): Numbers => ({
    caption: `${bias.words}: rows ask, columns answer`,
    ...{ rows: T, columns: S, chosenRow: asks.chosen, chosenColumn: answers.chosen },
    row: asks.label,
    column: answers.label,
    value: (row, column) => data[row * S + column]!,
  });
  return (
    <Numbered numbers={numbers}>
      <HeatMap
        label={`${bias.words} of ${headName(look.shown.site.layer, head)}, ${T} by ${S}`}
        cells={{ data, rows: T, columns: S }}
        signed
        what="added to the score"
        columns="key"
        rowLabel={asks.label}
        row={asks.chosen}
        column={answers.chosen}
        onPick={(row, column) => select(store, { query: row, key: column })}
        words={words}
        square
      />
    </Numbered>
  );
}
