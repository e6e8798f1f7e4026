/** A checkpoint whose output projection has nothing of one head: the reference for a head that is switched off. */
import assert from 'node:assert/strict';
import { type Checkpoint, openCheckpoint } from '../../../../model/safetensors/checkpoint.ts';
import type { ModelFolder } from '../../../../model/source.ts';

/** How a stored output projection is laid out: [D, H·d] has a head in columns, [H·d, D] in rows. */
export type Along = 'columns' | 'rows';

/** The same folder, with one head's part of a tensor set to zero in the bytes that are read. */
export async function withoutHead(folder: ModelFolder, tensor: string, head: number, heads: number, along: Along): Promise<Checkpoint> {
  const { tensors, weights } = await openCheckpoint(folder);
  const place = tensors.get(tensor);
  assert.ok(place && place.stored === 'F32', `${weights} has ${tensor} in float32`);
  const source = folder.open(place.file);
  const bytes = (await source.read(0, source.size)).slice();
  const [rows, columns] = place.shape as [number, number];
  const view = new DataView(bytes.buffer, bytes.byteOffset + place.offset, place.length);
  const size = (along === 'columns' ? columns : rows) / heads;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (Math.floor((along === 'columns' ? c : r) / size) === head) view.setFloat32(4 * (r * columns + c), 0, true);
    }
  }
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  const open: ModelFolder['open'] = (path) => (path === place.file ? { name: path, size: bytes.length, read } : folder.open(path));
  return openCheckpoint({ files: folder.files, open });
}
