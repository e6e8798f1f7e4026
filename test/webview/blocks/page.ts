/** The page of the classic blocks in Chromium. */
import type { BlockId } from '../../../model/protocol/blocks.ts';
import { type SmallPage, type SmallPageOptions, smallPages } from '../harness/small-page.ts';

export interface BlocksPage extends SmallPage {
  /** Messages to the host, `ready` first. */
  readonly sent: readonly { readonly method: string; readonly params: unknown }[];
}

export function blocksPages(): { open(block: BlockId, options?: SmallPageOptions): Promise<BlocksPage> } {
  const pages = smallPages('blocks');
  return {
    async open(block, options) {
      const sent: { method: string; params: unknown }[] = [];
      const { page, wrong } = await pages.open(({ method, params }) => {
        sent.push({ method, params: params.params });
        return method === 'ready' ? [{ jsonrpc: '2.0', method: 'begin', params: { params: { block } } }] : [];
      }, options);
      await page.locator(`#tab-${block}[aria-selected="true"]`).waitFor();
      await page.locator('.player').waitFor();
      return { page, wrong, sent };
    },
  };
}
