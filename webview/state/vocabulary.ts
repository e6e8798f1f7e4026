/** What token ids are called: asked of the host once, kept. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { VocabularyEntry } from '../../model/protocol/panel.ts';
import { visible } from '../draw/labels.ts';
import type { HostChannel } from '../host.ts';

type Host = Pick<HostChannel, 'request'>;

/** One model's vocabulary, as far as it was asked for. */
export class Vocabulary {
  readonly #entries: Signal<ReadonlyMap<number, VocabularyEntry>> = signal(new Map());
  readonly #asked = new Set<number>();

  constructor(
    private readonly host: Host,
    private readonly model: string,
  ) {}

  get entries(): ReadonlySignal<ReadonlyMap<number, VocabularyEntry>> {
    return this.#entries;
  }

  /** Asks for those that are not known yet; `entries` then has them. Failures leave the ids without a name. */
  ask(ids: readonly number[]): void {
    const fresh = [...new Set(ids)].filter((id) => !this.#asked.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.#asked.add(id);
    this.host
      .request('vocabulary', { model: this.model, ids: fresh })
      .then((entries) => {
        this.#entries.value = new Map([...this.#entries.peek(), ...entries.map((entry, i) => [fresh[i]!, entry] as const)]);
      })
      .catch((error: unknown) => console.warn('No names of tokens', error));
  }
}

/**
 * A token's name in a list: what it says, `·` for the space in front of it that is part of the token, its piece where it says nothing
 * by itself.
 */
export function entryLabel(entry: VocabularyEntry | undefined, id: number): string {
  if (!entry || entry.piece === '') return `#${id}`;
  const { piece, text, special } = entry;
  if (special || text === '' || text.includes('\ufffd')) return piece;
  const bare = text.replace(/^ /u, '');
  if (bare === '') return visible(text);
  return `${/^[Ġ▁ ]/u.test(piece) ? '·' : ''}${visible(bare)}`;
}
