/** A number to type, with its name in front. */
interface NumberFieldProps {
  readonly label: string;
  readonly title: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
}

/** What is no number, or outside the bounds, is brought to the nearest that is allowed when the field is left. */
export function NumberField({ label, title, value, least, most, step, onChange, disabled = false }: NumberFieldProps) {
  const change = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const typed = field.valueAsNumber;
    const allowed = Number.isFinite(typed) ? Math.min(most, Math.max(least, typed)) : value;
    field.value = String(allowed);
    if (allowed !== value) onChange(allowed);
  };
  return (
    <label class="number-field" title={title}>
      <span>{label}</span>
      <input
        type="number"
        value={value}
        min={least}
        max={most}
        step={step}
        disabled={disabled}
        onChange={change}
        onKeyDown={(event) => event.stopPropagation()}
      />
    </label>
  );
}
