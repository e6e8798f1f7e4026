/** All benches, in the order in which they run. A name that was published stays. */

import { alignBench } from './align.ts';
import type { Bench } from './bench.ts';
import { firstPictureCold, firstPictureWarm } from './first-picture.ts';
import { firstTokenBench, generateBench } from './generate.ts';
import { headBench } from './head.ts';
import { memoryBench } from './memory.ts';
import { openMemoryBench } from './open.ts';
import { openTimeBench } from './open-page.ts';
import { firstFrame512, firstFrame1024, firstFrameRatio, longestTask512, selectToPaint } from './panel.ts';
import { probeBench } from './probe.ts';
import { referenceBench } from './reference.ts';
import { soakBench } from './soak.ts';
import { walkBench } from './walk.ts';

export const BENCHES: readonly Bench[] = [
  openTimeBench,
  openMemoryBench,
  probeBench,
  memoryBench,
  headBench,
  firstPictureCold,
  firstPictureWarm,
  walkBench,
  firstFrame512,
  firstFrame1024,
  longestTask512,
  firstFrameRatio,
  selectToPaint,
  alignBench,
  referenceBench,
  generateBench,
  firstTokenBench,
  soakBench,
];
