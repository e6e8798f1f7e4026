/** What all pages of blocks have in common: what the block is, its formula, its code, what is wrong with what was typed. */
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { asHeadlightError } from '../../model/errors.ts';
import { Button, Icon, IconButton } from '../ui/controls.tsx';
import { useLast } from '../ui/hooks.ts';
import type { Numbers } from './compute.ts';
import { type Problem, readTable, type Texts } from './typed.ts';

/** Everything that a person can change on a page, by name. */
export interface BlockState {
  readonly tables: Readonly<Record<string, Texts>>;
  readonly options: Readonly<Record<string, string>>;
  readonly step: number;
}

export interface PageProps {
  readonly state: BlockState;
  readonly onChange: (state: BlockState) => void;
}

/** What a page computed from the last numbers that were all right, and what is wrong now. */
export interface Computed<R> {
  readonly result: R | null;
  readonly problems: Readonly<Record<string, readonly Problem[]>>;
  readonly sentences: readonly string[];
}

/**
 * @param names of the tables in sentences: `the input`
 * @param compute from tables and options; a HeadlightError of it is said
 */
export function useComputed<R>(
  { tables, options }: BlockState,
  names: Readonly<Record<string, string>>,
  compute: (tables: Readonly<Record<string, Numbers>>, options: Readonly<Record<string, string>>) => R,
): Computed<R> {
  const now = useMemo(() => {
    const read = Object.entries(tables).map(([id, texts]) => [id, readTable(names[id] ?? id, texts)] as const);
    const problems = Object.fromEntries(read.map(([id, one]) => [id, one.problems]));
    const sentences = read.flatMap(([, one]) => one.problems.map(({ sentence }) => sentence));
    if (sentences.length > 0) return { result: null, problems, sentences };
    try {
      return { result: compute(Object.fromEntries(read.map(([id, one]) => [id, one.numbers!])), options), problems, sentences };
    } catch (error) {
      return { result: null, problems, sentences: [asHeadlightError(error, 'internal', 'The block failed').message] };
    }
  }, [tables, options]);
  const last = useLast(now.result);
  return { ...now, result: last };
}

interface FrameProps {
  readonly sentence: string;
  readonly formula: string;
  readonly onCode: () => void;
  readonly symbol: string;
  readonly onReset: () => void;
  readonly computed: Computed<unknown>;
  /** Sizes and choices. */
  readonly settings: ComponentChildren;
  readonly children: ComponentChildren;
}

export function BlockFrame({ sentence, formula, onCode, symbol, onReset, computed, settings, children }: FrameProps) {
  return (
    <article class={computed.sentences.length > 0 ? 'block stale' : 'block'}>
      <p>{sentence}</p>
      <div class="row-tools">
        <p class="formula grow">{formula}</p>
        <IconButton label={`Show the code: ${symbol}`} icon="code" onPress={onCode} />
      </div>
      <div class="row-tools settings">
        {settings}
        <span class="grow" />
        <Button label="Example" icon="discard" onPress={onReset} />
      </div>
      <Wrong sentences={computed.sentences} />
      {children}
    </article>
  );
}

/** The first sentences; what was typed stays as it is. */
function Wrong({ sentences }: { readonly sentences: readonly string[] }) {
  return (
    <div class="wrong" role="status">
      {sentences.length > 0 && (
        <p>
          <Icon name="warning" /> {sentences.slice(0, 2).join(' ')}
          {sentences.length > 2 ? ` And ${sentences.length - 2} more.` : ''} Below is still what the last numbers gave.
        </p>
      )}
    </div>
  );
}
