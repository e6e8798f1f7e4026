/** The numbers of a map as files: CSV, JSON, NPY, safetensors. Every value reads back as the same float32. */
import { exact } from '../draw/numbers.ts';
import type { Shown } from '../state/shown.ts';
import type { Provenance } from './provenance.ts';

/** A field that a spreadsheet takes for text: quoted where it must be, never a formula. */
export function field(text: string): string {
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replace(/"/gu, '""')}"` : safe;
}

/** Queries down, keys across; the lines before the table start with `#` and say what made it. */
export function csvOf({ cells, rows, columns }: Shown, made: Provenance): string {
  const lines = [`# ${JSON.stringify(made)}`, ['query \\ key', ...columns.labels.map(field)].join(',')];
  for (let row = 0; row < cells.rows; row++) {
    const values = cells.data.subarray(row * cells.columns, (row + 1) * cells.columns);
    lines.push([field(rows.labels[row] ?? ''), ...Array.from(values, exact)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

export function jsonOf({ cells, rows, columns, hidden }: Shown, made: Provenance): string {
  const numbers = (data: Float32Array) => Array.from(data, (v) => Number(exact(v)));
  const weights = Array.from({ length: cells.rows }, (_, row) =>
    numbers(cells.data.subarray(row * cells.columns, (row + 1) * cells.columns)),
  );
  return JSON.stringify({ headlight: made, queries: rows.labels, keys: columns.labels, notShown: numbers(hidden), weights }, null, 1);
}

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0];

/**
 * NumPy's array file, version 1.0: little-endian float32 in C order.
 * Source: numpy.lib.format, "Format Version 1.0".
 */
export function npyOf(data: Float32Array, shape: readonly number[]): Uint8Array {
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const before = MAGIC.length + 2;
  const padded = Math.ceil((before + words.length + 1) / 64) * 64 - before;
  const bytes = new Uint8Array(before + padded + data.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(MAGIC.length, padded, true);
  bytes.set(new TextEncoder().encode(`${words.padEnd(padded - 1)}\n`), before);
  for (let i = 0; i < data.length; i++) view.setFloat32(before + padded + i * 4, data[i]!, true);
  return bytes;
}

/**
 * A safetensors file with one tensor `weights`, what made it in its metadata.
 * Source: the format's README: 8 bytes length, a JSON header padded with spaces, then the data.
 */
export function safetensorsOf(data: Float32Array, shape: readonly number[], made: Provenance): Uint8Array {
  const tensor = { dtype: 'F32', shape, data_offsets: [0, data.length * 4] };
  const words = JSON.stringify({ __metadata__: { headlight: JSON.stringify(made) }, weights: tensor });
  const header = new TextEncoder().encode(words);
  const padded = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + data.length * 4).fill(0x20, 8, 8 + padded);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.set(header, 8);
  for (let i = 0; i < data.length; i++) view.setFloat32(8 + padded + i * 4, data[i]!, true);
  return bytes;
}
