/** Rotary positions: after how many tokens each pair has gone round, before and after scaling, and what rotation alone makes of q·k. */
import { rotaryDecay } from '../../../model/positions/geometry.ts';
import { headColours } from '../../colour/scales.ts';
import { exact, short } from '../../draw/numbers.ts';
import { setView } from '../../state/store.ts';
import { usePanel } from '../context.ts';
import { wavelength } from './angles.tsx';
import { LinesChart } from './chart.tsx';
import type { Look } from './look.ts';
import { linesAsNumbers, Numbered } from './numbers.tsx';

/** Distances that are drawn at least. */
const DISTANCES = 128;

export function WavelengthsPicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const rotation = look.positions.rotation!;
  const { frequencies, plain, pairs, scaling } = rotation;
  const before = plain ? Array.from(plain, (frequency, x) => ({ x, y: (2 * Math.PI) / frequency })) : null;
  const after = Array.from(frequencies, (_, x) => ({ x, y: wavelength(rotation, x) }));
  const [, second] = headColours(theme.value.kind);
  const longest = Math.max(DISTANCES, look.shown.keys.count);
  const decay = (of: ArrayLike<number>) => rotaryDecay(of, longest).map((y, x) => ({ x, y }));
  const decays = [
    ...(plain ? [{ name: 'before scaling', points: decay(plain), colour: theme.value.muted, dashed: true }] : []),
    { name: scaling ? 'as used' : 'rotation', points: decay(frequencies), colour: theme.value.foreground },
  ];
  const xs = Array.from({ length: pairs }, (_, i) => i);
  const names = [...(before ? ['wavelength before scaling'] : []), 'wavelength (positions)', 'angle a position (rad)'];
  const columns = [...(before ? [before.map((p) => p.y)] : []), after.map((p) => p.y), [...frequencies]];
  return (
    <Numbered numbers={() => linesAsNumbers('Pairs of dimensions', xs, names, (row, line) => columns[line]![row]!)}>
      <h3>Wavelength of each pair{scaling ? `, ${scaling}` : ''}</h3>
      <LinesChart
        label={`Wavelengths: from ${short(after[0]!.y)} positions for the first pair to ${short(after.at(-1)!.y)} for the last${scaling ? `, ${scaling}` : ''}`}
        x="pair"
        y="positions a turn"
        logarithmic
        series={[
          ...(before ? [{ name: 'before scaling', points: before, colour: theme.value.muted, dashed: true, dots: 2 }] : []),
          { name: scaling ? 'as used' : 'wavelength', points: after, colour: second!, dots: 3 },
        ]}
        words={({ name }, { x, y }) => `pair ${x}, ${name}: ${exact(y)} positions`}
        onPick={(pair) => setView(store, { pair })}
      />
      <h3>What rotation alone makes of q·k, by distance</h3>
      <LinesChart
        label={`Mean cosine of the pairs' angles by distance: ${short(decays.at(-1)!.points[1]!.y)} one apart, ${short(decays.at(-1)!.points.at(-1)!.y)} ${longest} apart`}
        x="distance"
        y="mean cosine"
        series={decays}
        words={({ name }, { x, y }) => `${x} apart, ${name}: ${exact(y)}`}
      />
      <p class="note">
        The mean over the pairs of cos(distance · θᵢ): the product of a query with a key of the same content, over its greatest value.
      </p>
    </Numbered>
  );
}
