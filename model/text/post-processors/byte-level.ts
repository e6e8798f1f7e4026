import { boolean, type Json } from '../json.ts';
import type { PostProcessor } from './index.ts';
import { trimSpaces } from './trim.ts';

/** ByteLevel as a post-processor: trims ranges if asked, puts nothing in. */
export function byteLevel(config: Json): PostProcessor {
  const prefix = boolean(config.add_prefix_space, true, 'add_prefix_space');
  if (!boolean(config.trim_offsets, true, 'trim_offsets')) return (runs) => runs;
  return (runs) => runs.map((run) => trimSpaces(run, prefix));
}
