export { type FindOptions, findAttention } from './find/find.ts';
export { ablate } from './probe/ablate.ts';
export { headModel } from './probe/head.ts';
export { instrument } from './probe/instrument.ts';
export { checkOf, thumbnailsOf, vectorsOf, weightsOf } from './probe/read.ts';
export type * from './types.ts';
