/** Tabs: the toolkit's panels. Only the chosen tab has content. Tabs that find no room stand in a menu at the end of the strip, which also scrolls. */
import './toolkit.ts';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './controls.tsx';
import { Popover } from './popover.tsx';

export interface TabChoice<T extends string> {
  readonly id: T;
  readonly label: string;
}

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly TabChoice<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
  readonly children?: ComponentChildren;
}

export function Tabs<T extends string>(props: TabsProps<T>) {
  const { label, tabs, chosen, onChoose, children } = props;
  const ref = useRef<HTMLElement & { activeid: string }>(null);
  const change = (event: Event) => {
    const id = ref.current?.activeid.replace(/^tab-/u, '') as T | undefined;
    // Choices inside the tab send `change` too; only the tabs' own counts.
    if (event.target === ref.current && id !== undefined && id !== chosen && tabs.some((t) => t.id === id)) onChoose(id);
  };
  const cut = useCut(ref, tabs.map((t) => t.label).join());
  useEffect(() => show(ref.current, chosen), [chosen, cut]);
  return (
    <div class={cut ? 'tabs-box cut' : 'tabs-box'}>
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
      {cut && <More {...props} />}
    </div>
  );
}

/** All tabs in a menu. */
function More<T extends string>({ label, tabs, chosen, onChoose }: TabsProps<T>) {
  return (
    <div class="tabs-more">
      <Popover label={label} title={`All ${label.toLowerCase()}`} face={<Icon name="chevron-down" />} class="icon-button">
        {(close) => (
          <ul class="choices">
            {tabs.map((tab) => (
              <li key={tab.id}>
                <button
                  type="button"
                  class="line"
                  aria-current={tab.id === chosen}
                  onClick={() => {
                    close();
                    onChoose(tab.id);
                  }}
                >
                  <Icon name={tab.id === chosen ? 'check' : 'blank'} /> {tab.label}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Popover>
    </div>
  );
}

/** The scrolling strip inside the toolkit's element. */
const stripOf = (panels: HTMLElement | null): HTMLElement | null =>
  panels?.shadowRoot?.querySelector<HTMLElement>('[part=tablist]') ?? null;

/** Room that the menu's button takes at the end of the strip, in pixels. */
const MORE = 40;

/** Whether some tabs find no room. */
function useCut(ref: { readonly current: HTMLElement | null }, labels: string): boolean {
  const [cut, setCut] = useState(false);
  useEffect(() => {
    const panels = ref.current;
    if (!panels) return;
    const watch = new ResizeObserver(() => {
      const last = panels.querySelector<HTMLElement>('vscode-panel-tab:last-of-type');
      const strip = stripOf(panels);
      if (last && strip) setCut(last.getBoundingClientRect().right + strip.scrollLeft > strip.getBoundingClientRect().right);
    });
    for (const element of [panels, ...panels.querySelectorAll('vscode-panel-tab')]) watch.observe(element);
    return () => watch.disconnect();
  }, [ref, labels]);
  return cut;
}

/** Scrolls the strip as far as the chosen tab needs to be seen whole. */
function show(panels: HTMLElement | null, id: string): void {
  const strip = stripOf(panels);
  const tab = panels?.querySelector<HTMLElement>(`#tab-${CSS.escape(id)}`);
  if (!strip || !tab) return;
  const [box, own] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (own.left < box.left + MORE) strip.scrollLeft -= box.left + MORE - own.left;
  else if (own.right > box.right - MORE) strip.scrollLeft += own.right - box.right + MORE;
}
