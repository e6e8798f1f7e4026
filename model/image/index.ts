/** Pictures to `pixel_values`, and the model's patches back to the picture. */
export { exifOrientation } from './exif.ts';
export { FILTERS, type FilterName } from './filters.ts';
export {
  type Geometry,
  geometryOf,
  type Rect,
  rectToPicture,
  resizedSize,
  type Size,
  toInput,
  toPicture,
  visibleRect,
} from './geometry.ts';
export { type Alpha, type Picture, upright } from './picture.ts';
export { type Preprocessed, type PreprocessOptions, preprocess } from './preprocess.ts';
export { type ImageSettings, imageSettings, type TargetSize } from './settings.ts';
export { type ImageToken, type ImageTokens, imageTokens, type PatchGrid, patchAt, patchRect } from './tokens.ts';
export { stageGrid, swinWindows, type WindowSettings, type Windows, windowSettings } from './windows.ts';
