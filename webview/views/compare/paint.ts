/** How the difference of two maps is painted: on the screen and in files. */
import type { Scale } from '../../colour/scales.ts';
import type { Theme } from '../../colour/theme.ts';
import type { Paint } from '../../draw/cells.ts';
import type { SideBySide } from '../../state/side-by-side.ts';
import { paintOf } from '../heads/draw.ts';

/** A row that only one has cannot be subtracted; a key that only one has can: the other gave it nothing. */
export function differencePaint(both: SideBySide, theme: Theme, scale: Scale): { readonly paint: Paint; readonly top: number } {
  const [a, b] = both.missing;
  const paint = paintOf(both.difference, theme, scale, 'head');
  const top = paint.top(0) || 1;
  const alone = both.rows.map((p) => p.first === null || p.second === null);
  const empty = (row: number, column: number) => alone[row]! || (a(row, column) && b(row, column));
  return { paint: { ...paint, top: () => top, colours: theme.diverging, signed: true, empty }, top };
}
