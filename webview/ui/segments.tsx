/** One of several, all in sight: a row of chips that the arrow keys walk through. */
export function Segments<Id extends string>(props: {
  readonly label: string;
  readonly choices: readonly { readonly id: Id; readonly label: string }[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
}) {
  const { label, choices, chosen, onChoose } = props;
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const next = (choices.findIndex(({ id }) => id === chosen) + by + choices.length) % choices.length;
    onChoose(choices[next]!.id);
    (event.currentTarget as HTMLElement).querySelectorAll('button')[next]?.focus();
    event.preventDefault();
  };
  return (
    <div class="segments" role="toolbar" aria-label={label} onKeyDown={step}>
      {choices.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          class="chip"
          aria-pressed={id === chosen}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
