/** Images and sequences in the type and layout that the graph declares. */
import { HeadlightError } from '../errors.ts';
import { type DType, type Tensor, tensor } from '../tensor.ts';
import { elementType } from './dtypes.ts';
import type { FeedContext } from './feed-context.ts';
import type { PlannedInput } from './feed-roles.ts';
import { checkFits, shapeWords } from './lengths.ts';

const FLOATS: ReadonlySet<DType> = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/**
 * An input that was given by name. Its numbers may come in another width than the graph's, but not floats for integers.
 * @throws HeadlightError `shape` when it does not fit the graph, `input` for floats where integers are wanted and the other way round
 */
export function rawFor(context: FeedContext, input: PlannedInput, raw: Tensor): Tensor {
  checkFits(input.name, input.shape, raw);
  const wanted = elementType(input.type)?.dtype;
  if (!wanted || wanted === raw.dtype) return raw;
  if (FLOATS.has(wanted) !== FLOATS.has(raw.dtype)) {
    throw new HeadlightError('input', `The input ${input.name} must be ${wanted}, but ${raw.dtype} was given.`);
  }
  return sequenceFor(context, input, raw);
}

/**
 * An image [1, C, height, width] as the graph wants it: its type, and channels last where it was exported so.
 * @throws HeadlightError `shape` for another size than the graph was exported for
 */
export function imageFor(context: FeedContext, input: PlannedInput, image: Tensor): Tensor {
  const shape = input.shape ?? [];
  const last = image.shape.length === 4 && shape.length === 4 && shape[3] === image.shape[1] && shape[1] !== image.shape[1];
  const laid = last ? channelsLast(image) : image;
  const fits =
    shape.length === laid.shape.length && shape.every((axis, i) => i === 0 || typeof axis !== 'number' || axis === laid.shape[i]);
  if (!fits) {
    throw new HeadlightError('shape', `The model takes images of [${shapeWords(shape)}], but [${laid.shape.join(', ')}] was given.`);
  }
  return sequenceFor(context, input, laid);
}

/** The same values in the input's type. */
export function sequenceFor(context: FeedContext, input: PlannedInput, value: Tensor): Tensor {
  return context.make(input, value.shape, (i) => Number(value.data[i]));
}

/** [1, C, height, width] → [1, height, width, C]. */
function channelsLast(image: Tensor): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const pixels = height * width;
  const data = new Float32Array(image.data.length);
  for (let c = 0; c < channels; c++) for (let p = 0; p < pixels; p++) data[p * channels + c] = Number(image.data[c * pixels + p]);
  return tensor('float32', [batch, height, width, channels], data);
}
