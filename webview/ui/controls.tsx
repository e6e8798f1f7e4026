/** Buttons, choices, boxes and fields, as the views use them. */
import './toolkit.ts';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A codicon; decoration only, so it has no name of its own. */
export const Icon = ({ name }: { name: string }) => <span class={`codicon codicon-${name}`} aria-hidden="true" />;

interface ButtonProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly icon?: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly appearance?: 'primary' | 'secondary';
}

/** A button with words. */
export function Button({ label, onPress, icon, disabled = false, appearance = 'secondary' }: ButtonProps) {
  return (
    <vscode-button appearance={appearance} disabled={disabled} onClick={onPress}>
      {icon && <span slot="start" class={`codicon codicon-${icon}`} aria-hidden="true" />}
      {label}
    </vscode-button>
  );
}

/** A button with a picture only; the words are its name and its tooltip. */
export function IconButton({ label, onPress, icon = 'circle', disabled = false, pressed }: ButtonProps) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    // The toolkit copies aria attributes to its inner button only when they change after the first render.
    ref.current?.setAttribute('aria-label', label);
    if (pressed !== undefined) ref.current?.setAttribute('aria-pressed', String(pressed));
  }, [label, pressed]);
  return (
    <vscode-button ref={ref} appearance="icon" class={pressed ? 'pressed' : ''} title={label} disabled={disabled} onClick={onPress}>
      <Icon name={icon} />
    </vscode-button>
  );
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
}

/** One of several, from a list that opens. */
export function Dropdown<V extends string>(props: {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly onChoose: (value: V) => void;
  readonly position?: 'above' | 'below';
}) {
  const { label, value, choices, onChoose, position = 'below' } = props;
  const ref = useRef<HTMLElement & { value: string }>(null);
  const named = choices.map((c) => c.label).join('\n');
  // The element forgets its value when the list of choices changes.
  useEffect(() => {
    const element = ref.current;
    const settle = requestAnimationFrame(() => {
      if (element && element.value !== value) element.value = value;
    });
    return () => cancelAnimationFrame(settle);
  }, [value, named]);
  const change = () => {
    const chosen = ref.current?.value as V | undefined;
    if (chosen !== undefined && chosen !== value && choices.some((c) => c.value === chosen)) onChoose(chosen);
  };
  return (
    <vscode-dropdown ref={ref} aria-label={label} title={label} position={position} onChange={change}>
      {choices.map((choice) => (
        <vscode-option key={choice.value} value={choice.value} selected={choice.value === value}>
          {choice.label}
        </vscode-option>
      ))}
    </vscode-dropdown>
  );
}

export function Checkbox({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const ref = useRef<HTMLElement & { checked: boolean }>(null);
  const change = () => {
    if (ref.current && ref.current.checked !== checked) onChange(ref.current.checked);
  };
  return (
    <vscode-checkbox ref={ref} checked={checked} onChange={change}>
      {label}
    </vscode-checkbox>
  );
}

/** A line to type in. `onEnter` gets the text. */
export function TextField(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value?: string;
  readonly onInput?: (text: string) => void;
  readonly onEnter?: (text: string) => void;
}) {
  const ref = useRef<HTMLElement & { value: string }>(null);
  useEffect(() => {
    // The toolkit names the field after its content when it enters the page; there is none.
    ref.current?.setAttribute('aria-label', props.label);
  }, [props.label]);
  const text = () => ref.current?.value ?? '';
  return (
    <vscode-text-field
      ref={ref}
      class="field"
      aria-label={props.label}
      title={props.label}
      placeholder={props.placeholder}
      value={props.value ?? ''}
      onInput={() => props.onInput?.(text())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') props.onEnter?.(text());
        // Keys that are commands elsewhere are letters here.
        if (event.key !== 'Escape') event.stopPropagation();
      }}
    />
  );
}

export const Badge = ({ children }: { children: ComponentChildren }) => <vscode-badge>{children}</vscode-badge>;

export const ProgressRing = ({ label }: { label: string }) => <vscode-progress-ring role="progressbar" aria-label={label} />;
