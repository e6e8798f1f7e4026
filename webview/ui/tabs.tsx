/** Tabs: the toolkit's panels. Only the chosen tab has content. */
import './toolkit.ts';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

export interface TabChoice<T extends string> {
  readonly id: T;
  readonly label: string;
}

export function Tabs<T extends string>(props: {
  readonly label: string;
  readonly tabs: readonly TabChoice<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
  readonly children?: ComponentChildren;
}) {
  const { label, tabs, chosen, onChoose, children } = props;
  const ref = useRef<HTMLElement & { activeid: string }>(null);
  const change = (event: Event) => {
    const id = ref.current?.activeid.replace(/^tab-/u, '') as T | undefined;
    // Choices inside the tab send `change` too; only the tabs' own counts.
    if (event.target === ref.current && id !== undefined && id !== chosen && tabs.some((t) => t.id === id)) onChoose(id);
  };
  return (
    <vscode-panels ref={ref} class="tabs" role="group" aria-label={label} activeid={`tab-${chosen}`} onChange={change}>
      {tabs.map((tab) => (
        <vscode-panel-tab key={`tab-${tab.id}`} id={`tab-${tab.id}`}>
          {tab.label}
        </vscode-panel-tab>
      ))}
      {tabs.map((tab) => (
        <vscode-panel-view key={`view-${tab.id}`} id={`view-${tab.id}`}>
          {tab.id === chosen && children}
        </vscode-panel-view>
      ))}
    </vscode-panels>
  );
}
