/** What a run takes in memory, for as many tokens as the user says. */
import { useState } from 'preact/hooks';
import { memoryOf } from '../../../model/explore/memory.ts';
import type { PageFacts } from '../../../model/protocol/explorer.ts';
import { shortSize } from '../../../model/sizes.ts';
import { TextField } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';

const USUAL = 512;
const MOST = 10_000_000;

export function MemoryBlock({ facts }: { facts: PageFacts }) {
  const { attention } = usePage();
  const [typed, setTyped] = useState(String(USUAL));
  const T = Number(typed.replaceAll(/[\s,]/g, ''));
  const now = attention.value;
  if (now.at !== 'ready' || now.value.sites.length === 0) return null;
  const fits = Number.isSafeInteger(T) && T > 0 && T <= MOST;
  const memory = fits ? memoryOf(now.value.sites, T) : null;
  return (
    <section>
      <h2>Memory of a run</h2>
      <div class="row-tools tokens-field">
        <TextField label="Tokens of the run" placeholder={String(USUAL)} value={typed} onInput={setTyped} />
        <span>tokens</span>
      </div>
      {memory ? (
        <dl class="facts">
          <Row what="Weights as stored" bytes={facts.bytes} />
          {memory.cache32 !== null && <Row what="Keys and values kept, float32" bytes={memory.cache32} />}
          {memory.cache16 !== null && <Row what="Keys and values kept, float16" bytes={memory.cache16} />}
          <Row what="Attention weights of all heads" bytes={memory.attention} />
        </dl>
      ) : (
        <p class="note" role="alert">
          A whole number of tokens from 1 on.
        </p>
      )}
      <p class="note">Counted from the shapes of one text; the runtime’s own buffers come on top.</p>
    </section>
  );
}

const Row = ({ what, bytes }: { what: string; bytes: number }) => (
  <div>
    <dt>{what}</dt>
    <dd>{shortSize(bytes)}</dd>
  </div>
);
