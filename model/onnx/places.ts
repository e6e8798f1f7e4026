/**
 * Where the bytes of a model's tensors lie. Checks every place against the folder, the file's length and the tensor's shape, and rewrites
 * each `location` to the path inside the model's folder, so that a name stands for one file wherever the model file itself lies.
 *
 * Source: ONNX, "External data": keys location, offset, length; a location is relative to the model file.
 */
import { HeadlightError } from '../errors.ts';
import type { ModelFolder } from '../source.ts';
import { SELF } from './condense.ts';
import { byteLength, DataType, elementType } from './dtypes.ts';
import { onnx } from './proto.js';
import type { Place, Problem } from './skeleton.ts';
import { tensorsOf } from './tensors-of.ts';
import { int } from './wire.ts';

/** More values than any tensor has; beyond, a product of dimensions is no longer exact. */
const VALUES_LIMIT = 2 ** 52;

export interface Placed {
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: readonly Problem[];
}

/**
 * @param path the model file, inside `folder`
 * @throws HeadlightError `format` or `shape` for a tensor that says nothing sensible about itself
 */
export function placeTensors(folder: ModelFolder, path: string, model: onnx.ModelProto): Placed {
  const places = new Map<string, Place>();
  const problems: Problem[] = [];
  for (const { tensor, name } of tensorsOf(model)) {
    const problem = checkTensor(path, name, tensor) ?? placeOf(folder, path, name, tensor, places);
    if (problem) problems.push(problem);
  }
  return { places, problems };
}

/** Number of values of a tensor; a scalar has one. */
export function valuesOf(tensor: onnx.TensorProto): number {
  let values = 1;
  for (const length of tensor.dims) values *= int(length);
  return values;
}

function checkTensor(path: string, name: string, tensor: onnx.TensorProto): Problem | null {
  const type = elementType(tensor.dataType);
  if (!type)
    throw new HeadlightError('unsupported', `${path}: ${name} has an unknown data type ${tensor.dataType}. Export the model again.`);
  const negative = tensor.dims.find((length) => length < 0);
  if (negative !== undefined)
    throw new HeadlightError('shape', `${path}: ${name} has a negative dimension ${negative}. Export the model again.`);
  const values = valuesOf(tensor);
  const held = heldInline(tensor, type.bits);
  if (held === null || held === values) return null;
  const exact = tensor.dims.reduce<bigint>((product, length) => product * BigInt(length), 1n);
  if (values > VALUES_LIMIT) {
    return { code: 'shape', message: `${path}: ${name} declares ${exact} values, its data holds ${held}. Export the model again.` };
  }
  const bytes = tensor.rawData.length;
  const found = bytes ? `${bytes} bytes for` : `${held} values for`;
  const wanted = bytes ? byteLength(type.bits, values) : values;
  throw new HeadlightError(
    'shape',
    `${path}: ${name} has ${found} ${values} ${type.name} values, expected ${wanted}. Export the model again.`,
  );
}

/** Values that a tensor holds in its own fields, or null for external data and for packed types, which may end in half a byte. */
function heldInline(tensor: onnx.TensorProto, bits: number): number | null {
  if (tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) return null;
  if (tensor.rawData.length > 0) {
    if (bits < 8) return byteLength(bits, valuesOf(tensor)) === tensor.rawData.length ? null : (tensor.rawData.length * 8) / bits;
    return (tensor.rawData.length * 8) / bits;
  }
  const lists = [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.uint64Data, tensor.doubleData, tensor.stringData];
  const held = Math.max(...lists.map((list) => list.length));
  if (bits < 8 && bits > 0) return byteLength(bits, valuesOf(tensor)) === held ? null : held * (8 / bits);
  return tensor.dataType === DataType.COMPLEX64 || tensor.dataType === DataType.COMPLEX128 ? held / 2 : held;
}

function placeOf(folder: ModelFolder, path: string, name: string, tensor: onnx.TensorProto, places: Map<string, Place>): Problem | null {
  if (tensor.dataLocation !== onnx.TensorProto.DataLocation.EXTERNAL) return null;
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const own = location === SELF;
  if (!own && /^([/\\~]|[a-zA-Z][\w+.-]*:)/.test(location)) return outside(path, name, 'an absolute path');
  const target = own ? path : resolve(path, location);
  if (target === null) return outside(path, name, `a path outside the model's folder`);
  const file = folder.files.find((entry) => entry.path === target);
  if (!file) {
    const message = `${path}: ${name} needs ${location || 'a file without a name'}, which is missing beside the model. Put it there, or export again.`;
    return { code: 'not-found', message };
  }
  const wanted = byteLength(elementType(tensor.dataType)!.bits, valuesOf(tensor));
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? wanted);
  const problem = checkRange(path, name, tensor, target, file.size, { offset, length, wanted }, own);
  if (problem) return problem;
  places.set(name, { path: target, offset, length: wanted });
  tensor.externalData = Object.entries({ location: target, offset: String(offset), length: String(wanted) }).map(([key, value]) =>
    onnx.StringStringEntryProto.create({ key, value }),
  );
  return null;
}

function outside(path: string, name: string, what: string): Problem {
  return {
    code: 'path',
    message: `${path}: the external data of ${name} has ${what}: refused, nothing was read. Put the file beside the model.`,
  };
}

/** A location, relative to the model file, as a path inside the folder; null when it leaves the folder. */
function resolve(path: string, location: string): string | null {
  if (/[\\\0]/.test(location)) return null;
  const parts = path.split('/').slice(0, -1);
  for (const part of location.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

interface Range {
  readonly offset: number;
  readonly length: number;
  readonly wanted: number;
}

function checkRange(
  path: string,
  name: string,
  tensor: onnx.TensorProto,
  target: string,
  size: number,
  { offset, length, wanted }: Range,
  own: boolean,
): Problem | null {
  const again = 'Download or export it again.';
  const whole = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (!whole(offset) || !whole(length)) {
    return { code: 'format', message: `${path}: the external data of ${name} starts or ends at no byte of ${target}. ${again}` };
  }
  const type = elementType(tensor.dataType)!;
  if (wanted > VALUES_LIMIT || (wanted !== length && own)) {
    const held = (length * 8) / (type.bits || 8);
    const declared = tensor.dims.reduce<bigint>((product, dim) => product * BigInt(dim), 1n);
    const message = `${path}: ${name} declares ${declared} ${type.name} values, its data holds ${held} (${length} bytes, expected ${wanted}). ${again}`;
    if (wanted <= VALUES_LIMIT) throw new HeadlightError('shape', message);
    return { code: 'shape', message };
  }
  if (offset > size)
    return { code: 'format', message: `${path}: ${name} starts at byte ${offset} of ${target}, which has ${size}. ${again}` };
  if (offset + wanted > size) {
    const from = offset ? ` from byte ${offset} on` : '';
    return { code: 'format', message: `${target} has ${size} bytes, ${name} of ${path} needs ${wanted}${from}. ${again}` };
  }
  if (length < wanted)
    return { code: 'shape', message: `${path}: ${name} needs ${wanted} bytes, its external data has ${length}. ${again}` };
  return null;
}
