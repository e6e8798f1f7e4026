/** The keyboard is never lost in the panel: it enters at a place that shows it, an element that goes away hands it on, and Escape leaves. */

/** Where the keyboard goes within a pane: what arrow keys walk through, else the chosen tab, else the first thing to press. */
const PLACES = [
  '[role=grid]',
  '[role=listbox]',
  '[role=application]',
  '.table-box',
  'vscode-panel-tab[aria-selected=true]',
  'vscode-button',
  'button',
];

/** What Escape closes before it leaves. */
const OPEN = ':popover-open, vscode-dropdown[open]';

/** Watches the page. `leave` is called by an Escape that had nothing to close. */
export function watchKeyboard(leave: () => void): void {
  let pane: Element | null = null;
  let closes = false;
  document.addEventListener('focusin', ({ target }) => {
    pane = (target as Element).closest('.pane') ?? pane;
  });
  const hold = () => {
    if (isLost()) placeIn(pane?.isConnected ? pane : null)?.focus({ preventScroll: true });
  };
  window.addEventListener('focus', hold);
  window.addEventListener('keyup', hold);
  window.addEventListener(
    'keydown',
    ({ key }) => {
      closes = key === 'Escape' && document.querySelector(OPEN) !== null;
    },
    true,
  );
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !closes && !event.defaultPrevented && !event.isComposing) leave();
  });
}

const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** In a pane that had the keyboard, else in the grid of heads, else anywhere. */
function placeIn(pane: Element | null): HTMLElement | null {
  for (const root of [pane, document.querySelector('.pane.heads'), document]) {
    for (const place of root ? PLACES : []) {
      const found = [...root!.querySelectorAll<HTMLElement>(place)].find((element) => element.checkVisibility());
      if (found) return found;
    }
  }
  return null;
}
