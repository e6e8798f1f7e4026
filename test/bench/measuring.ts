/** What tasks measure with. */

export type Params = Readonly<Record<string, string | number>>;

/** Ids that no tokenizer is needed for; different ones, so that nothing is cached by luck. */
export function idsOf(tokens: number, vocabulary: number): number[] {
  return Array.from({ length: tokens }, (_, i) => 5 + ((i * 37) % (vocabulary - 10)));
}

export async function timed<R>(work: () => Promise<R>): Promise<{ result: R; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

/** The heaps that wasm modules make from now on; they grow and never shrink, so their size is their peak. */
export function watchHeaps(): WebAssembly.Memory[] {
  const heaps: WebAssembly.Memory[] = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, args: [WebAssembly.MemoryDescriptor]) {
      const heap = new target(...args);
      heaps.push(heap);
      return heap;
    },
  });
  return heaps;
}
