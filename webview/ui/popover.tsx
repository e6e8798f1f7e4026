/** Something that opens beside its button: the browser's own popover, so that Escape and a click outside close it. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

export function Popover<Name extends string>(props: {
  readonly label: string;
  readonly title: string;
  readonly face: ComponentChildren;
  readonly class?: string;
  /** Opens when this becomes `name`, and then clears it. */
  readonly opens?: Signal<Name | null>;
  readonly name?: Name;
  readonly children: (close: () => void) => ComponentChildren;
}) {
  const { opens, name } = props;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const asked = opens !== undefined && opens.value === name;
  useEffect(() => {
    if (!asked || !opens) return;
    opens.value = null;
    card.current?.showPopover();
    card.current?.focus();
  }, [asked, opens]);
  // The content may grow while it is open: it is pulled inside the window again.
  useEffect(() => {
    const [at, above] = [button.current, card.current];
    if (!open || !at || !above) return;
    const watch = new ResizeObserver(() => stand(above, at));
    watch.observe(above);
    return () => watch.disconnect();
  }, [open]);
  const toggle = (event: { readonly newState: string }) => {
    setOpen(event.newState === 'open');
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`plain ${props.class ?? ''}`}
        title={props.title}
        aria-label={props.title}
        aria-haspopup="dialog"
        aria-expanded={open}
        popovertarget={id}
      >
        {props.face}
      </button>
      <div ref={card} id={id} class="card" popover="auto" role="dialog" tabIndex={-1} aria-label={props.label} onToggle={toggle}>
        {open && props.children(() => card.current?.hidePopover())}
      </div>
    </>
  );
}

/** Below the button, pulled inside the window. */
export function stand(card: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - card.offsetWidth - 8));
  card.style.left = `${left}px`;
  card.style.top = `${Math.min(at.bottom + 4, Math.max(8, innerHeight - card.offsetHeight - 8))}px`;
}
