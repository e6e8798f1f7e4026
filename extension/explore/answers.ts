/** What the reader thread answers, of the file that it has opened. */
import { HeadlightError } from '../../model/errors.ts';
import { toCsv, toNpy } from '../../model/explore/export.ts';
import { neighboursOf } from '../../model/explore/pictures/neighbours.ts';
import { readSlice } from '../../model/explore/slice.ts';
import { statisticsOf } from '../../model/explore/statistics.ts';
import type { Subject } from '../../model/explore/subject.ts';
import type { Call, RequestHandlers } from '../../model/protocol/channel.ts';
import type { ReaderRequests } from '../../model/protocol/explorer.ts';

/** @param opened the file, or why it cannot be opened: then every answer is that sentence */
export function answers(opened: () => Promise<Subject>): RequestHandlers<ReaderRequests> {
  return {
    facts: async () => (await opened()).facts,
    attention: async () => (await opened()).attention(),
    graph: async () => (await opened()).graph(),
    async statistics(params, call) {
      const series = await (await opened()).series(params);
      return statisticsOf(series, { progress: (fraction) => call.progress(fraction, 'Reading'), check: () => stillWanted(call) });
    },
    slice: async (params) => readSlice(await (await opened()).series(params), params.slice),
    async exportSlice(params) {
      const { slice, format } = params;
      const values = await readSlice(await (await opened()).series(params), slice);
      return (format === 'npy' ? toNpy : toCsv)(values, slice.rows.count, slice.columns.count);
    },
    tokens: async ({ ids }) => (await opened()).tokens(ids),
    head: async (params) => (await opened()).pictures.head(params),
    tables: async () => (await opened()).pictures.tables(),
    async neighbours({ table, id, most }, call) {
      const watch = { progress: (fraction: number) => call.progress(fraction, 'Reading'), check: () => stillWanted(call) };
      return neighboursOf((await opened()).stored(table), id, most, watch);
    },
  };
}

/** Lets a cancellation arrive, and ends the work when it has. */
export async function stillWanted({ token }: Call): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (token.isCancellationRequested) throw new HeadlightError('cancelled', 'Stopped.');
}
