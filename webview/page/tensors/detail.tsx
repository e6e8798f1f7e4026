/** One tensor: what it is, its statistics, their histogram, a picture of its numbers. */
import { useState } from 'preact/hooks';
import type { TensorRow } from '../../../model/protocol/explorer.ts';
import { shortSize } from '../../../model/sizes.ts';
import { Checkbox, IconButton } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import { HeatMap } from './heat-map.tsx';
import { StatisticsBlock } from './statistics.tsx';
import { useStatistics } from './use-statistics.ts';

export function TensorDetail({ row }: { row: TensorRow }) {
  const { host } = usePage();
  const [unpacked, setUnpacked] = useState(false);
  const shape = unpacked && row.unpacked ? row.unpacked : row.shape;
  const dtype = unpacked ? 'float32' : row.dtype;
  const work = useStatistics(row, unpacked);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="tensor" tabIndex={0} aria-label={`Tensor ${row.name}`}>
      <div class="tensor-name">
        <h2>{row.name}</h2>
        <IconButton label="Copy the name" icon="copy" onPress={() => void host.request('copy', { text: row.name })} />
      </div>
      <p class="muted number">
        {dtype} [{shape.join(', ')}] · {row.values.toLocaleString('en')} values · {shortSize(row.bytes)} · {row.file}
      </p>
      {row.unpacked && (
        <Checkbox label="The weights that are packed in it, de-quantised" checked={unpacked} onChange={(checked) => setUnpacked(checked)} />
      )}
      <StatisticsBlock work={work} size={row.bytes} />
      {row.values > 0 && <HeatMap key={String(unpacked)} row={row} shape={shape} unpacked={unpacked} statistics={work.result} />}
    </section>
  );
}
