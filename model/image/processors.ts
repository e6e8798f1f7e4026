/**
 * What the image processors of each family do where a file says nothing, by their names without the ending.
 *
 * Source: the defaults of the processors' classes in transformers 4.57.
 */

export type ProcessorValues = Readonly<Record<string, unknown>>;

const square = (side: number) => ({ height: side, width: side });
const HALF = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const OPENAI = { image_mean: [0.48145466, 0.4578275, 0.40821073], image_std: [0.26862954, 0.26130258, 0.27577711] };
const [BILINEAR, BICUBIC] = [2, 3];
const CUT = { do_center_crop: true, crop_size: square(224) };

const DEFAULTS: Readonly<Record<string, ProcessorValues>> = {
  ViT: { size: square(224), resample: BILINEAR, ...HALF },
  DeiT: { size: square(256), resample: BICUBIC, ...CUT, ...HALF },
  Beit: { size: square(256), resample: BICUBIC, ...CUT, ...HALF },
  CLIP: { size: { shortest_edge: 224 }, resample: BICUBIC, ...CUT, ...OPENAI },
  Bit: { size: { shortest_edge: 224 }, resample: BICUBIC, ...CUT, ...OPENAI },
  Levit: { size: { shortest_edge: 224 }, resample: BICUBIC, ...CUT, ...IMAGENET },
  ConvNext: { size: { shortest_edge: 384 }, resample: BILINEAR, crop_pct: 224 / 256, ...HALF },
  Siglip: { size: square(224), resample: BICUBIC, ...HALF },
  DINOv3ViT: { size: square(224), resample: BILINEAR, ...IMAGENET },
};

/** A file with what its processor does besides; what is null in it counts as not said. */
export function withDefaults(config: ProcessorValues, processor: string): ProcessorValues {
  const said = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
  return Object.hasOwn(DEFAULTS, processor) ? { do_normalize: true, ...DEFAULTS[processor], ...said } : said;
}
