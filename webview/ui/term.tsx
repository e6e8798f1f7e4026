/** A word of the glossary: pointing at it, or reaching it by keyboard, opens its two sentences. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { GLOSSARY, type GlossaryEntry, type TermId } from '../../model/glossary.ts';
import { stand } from './popover.tsx';

/** Resting on a word for so long asks what it means; passing over it does not. */
const REST_MS = 350;

export function Term({ id, children }: { id: TermId; children?: ComponentChildren }) {
  const entry: GlossaryEntry = GLOSSARY[id];
  const tip = useId();
  const word = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (!open || !card.current || !word.current) return;
    const above = card.current;
    above.showPopover();
    stand(above, word.current);
    return () => above.hidePopover();
  }, [open]);
  const show = () => setOpen(true);
  const hide = () => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  return (
    <>
      <button
        ref={word}
        type="button"
        class="term"
        aria-describedby={tip}
        onPointerEnter={() => {
          timer.current = setTimeout(show, REST_MS);
        }}
        onPointerLeave={hide}
        onFocus={() => word.current?.matches(':focus-visible') && show()}
        onBlur={hide}
        onClick={show}
        onKeyDown={(event) => event.key === 'Escape' && hide()}
      >
        {children ?? entry.name}
      </button>
      <span ref={card} id={tip} class="card term-card" role="tooltip" popover="manual">
        {open && <Meaning entry={entry} />}
      </span>
    </>
  );
}

/** Name, sentences and formula. */
export function Meaning({ entry }: { entry: GlossaryEntry }) {
  return (
    <>
      <b>{entry.name}</b> {entry.words}
      {entry.formula && <code class="term-formula">{entry.formula}</code>}
    </>
  );
}
