/** Images and sequences in the type and layout that the graph declares. */
import { HeadlightError } from '../errors.ts';
import { type Tensor, tensor } from '../tensor.ts';
import type { FeedContext } from './feed-context.ts';
import type { PlannedInput } from './feed-roles.ts';
import { shapeWords } from './lengths.ts';

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
