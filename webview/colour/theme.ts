/** VS Code's theme as the canvases need it: read from the CSS variables of the page, anew whenever the theme changes. */
import { type Signal, signal } from '@preact/signals';
import type { Rgb } from './oklab.ts';
import { diverging, heat, sequential, type Table, type ThemeKind } from './scales.ts';

export interface Theme {
  readonly kind: ThemeKind;
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly border: string;
  /** Outline of the query. */
  readonly query: string;
  readonly focus: string;
  readonly font: string;
  readonly fontSize: number;
  readonly sequential: Table;
  readonly diverging: Table;
  /** The sequential scale behind words. */
  readonly heat: Table;
}

const KINDS: readonly (readonly [string, ThemeKind])[] = [
  ['vscode-high-contrast-light', 'hc-light'],
  ['vscode-high-contrast', 'hc-dark'],
  ['vscode-light', 'light'],
];

function kindOf(body: HTMLElement): ThemeKind {
  return KINDS.find(([name]) => body.classList.contains(name))?.[1] ?? 'dark';
}

/** Any CSS colour as bytes, by asking a canvas. */
function bytesOf(colour: string): Rgb {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

/** Colours that a theme may leave out, by kind: foreground, background, muted, border, query. */
const FALLBACK: Record<ThemeKind, readonly [string, string, string, string, string]> = {
  dark: ['#cccccc', '#1f1f1f', '#9d9d9d', '#2b2b2b', '#ffb454'],
  light: ['#3b3b3b', '#ffffff', '#616161', '#e5e5e5', '#b54700'],
  'hc-dark': ['#ffffff', '#000000', '#ffffff', '#6fc3df', '#ffb454'],
  'hc-light': ['#292929', '#ffffff', '#292929', '#0f4a85', '#8f3700'],
};

function read(): Theme {
  const style = getComputedStyle(document.body);
  const kind = kindOf(document.body);
  const [foreground, background, muted, border, query] = FALLBACK[kind];
  const value = (name: string, otherwise: string) => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const paper = value('editor-background', background);
  return {
    kind,
    background: paper,
    foreground: value('foreground', foreground),
    muted: value('descriptionForeground', muted),
    border: value('panel-border', border),
    query,
    focus: value('focusBorder', '#0078d4'),
    font: value('font-family', 'system-ui, sans-serif'),
    fontSize: Number.parseFloat(value('font-size', '13px')) || 13,
    sequential: sequential(kind, bytesOf(paper)),
    diverging: diverging(kind, bytesOf(paper)),
    heat: heat(kind, bytesOf(paper)),
  };
}

/** The same page in light colours, for paper. */
export function forPrint(theme: Theme): Theme {
  if (theme.kind === 'light') return theme;
  const [foreground, background, muted, border, query] = FALLBACK.light;
  const paper = bytesOf(background);
  const tables = { sequential: sequential('light', paper), diverging: diverging('light', paper), heat: heat('light', paper) };
  return { ...theme, kind: 'light', foreground, background, muted, border, query, ...tables };
}

/** The theme of the page, followed by a signal. VS Code changes the body's class and the root's inline style. */
export function watchTheme(): { readonly theme: Signal<Theme>; dispose(): void } {
  const theme = signal(read());
  const observer = new MutationObserver(() => {
    theme.value = read();
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  return { theme, dispose: () => observer.disconnect() };
}
