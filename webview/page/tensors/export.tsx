/** Saves the part on view, every value of it, for other programs. */

import { asHeadlightError } from '../../../model/errors.ts';
import { SLICE_LIMIT } from '../../../model/explore/slice.ts';
import type { TensorRow } from '../../../model/protocol/explorer.ts';
import { IconButton } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import type { AxisChoice } from './axes.tsx';
import type { Span, View } from './window.ts';

export function ExportButtons(props: {
  readonly row: TensorRow;
  readonly unpacked: boolean;
  readonly axes: AxisChoice;
  readonly view: View;
  readonly size: { readonly rows: number; readonly columns: number };
}) {
  const { row, unpacked, axes, view, size } = props;
  const { host, said } = usePage();
  const window = ({ start, length }: Span, count: number) => {
    const first = Math.floor(start);
    return { start: first, step: 1, count: Math.min(count, Math.ceil(start + length)) - first };
  };
  const [rows, columns] = [window(view.rows, size.rows), window(view.columns, size.columns)];
  const tooMany = rows.count * columns.count > SLICE_LIMIT;
  const save = async (format: 'npy' | 'csv') => {
    try {
      const bytes = await host.request('exportSlice', { name: row.name, unpacked, format, slice: { ...axes, rows, columns } });
      const { path } = await host.request('save', { name: `${fileName(row.name)}.${format}`, bytes });
      if (path !== null) said.value = `Saved ${path}`;
    } catch (error) {
      said.value = asHeadlightError(error, 'internal', 'It could not be saved').message;
    }
  };
  const what = tooMany ? `zoom in: at most ${SLICE_LIMIT.toLocaleString('en')} values` : `${rows.count} × ${columns.count} values`;
  return (
    <>
      <IconButton label={`Save this part as NumPy array (${what})`} icon="save" disabled={tooMany} onPress={() => void save('npy')} />
      <IconButton label={`Save this part as CSV (${what})`} icon="table" disabled={tooMany} onPress={() => void save('csv')} />
    </>
  );
}

const fileName = (name: string) => name.replaceAll(/[^\w.-]+/g, '_').slice(-120) || 'tensor';
