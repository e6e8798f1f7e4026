/** The keyboard is never lost in the panel: it enters at a place that shows it, an element that goes away hands it on, and Escape leaves. */

/** What arrow keys walk through: where the keyboard goes in a pane if it can. */
const SURFACES = ['[role=grid]', '[role=listbox]', '[role=application]', '.table-box'];
/** Where it goes else. */
const OTHERS = ['vscode-panel-tab[aria-selected=true]', 'vscode-button', 'button'];

/** What Escape closes before it leaves. */
const OPEN = ':popover-open, vscode-dropdown[open]';

/** A key may put another view in place, which has its surface some frames later: looked for so often, in this rhythm. */
const TRIES = 15;
const TRY_MS = 60;

/** Watches the page. `leave` is called by an Escape that had nothing to close. */
export function watchKeyboard(leave: () => void): void {
  let pane: Element | null = null;
  let closes = false;
  document.addEventListener('focusin', ({ target }) => {
    pane = (target as Element).closest('.pane') ?? pane;
  });
  const hold = (tries: number) => {
    const own = pane?.isConnected ? pane : document.querySelector('.pane.heads');
    const surface = isLost() ? placeIn(own ?? document, SURFACES) : null;
    if (surface || tries <= 0) (surface ?? (isLost() ? elsewhere() : null))?.focus({ preventScroll: true });
    else if (isLost()) setTimeout(() => hold(tries - 1), TRY_MS);
  };
  window.addEventListener('focus', () => hold(0));
  window.addEventListener('keyup', () => setTimeout(() => hold(TRIES), TRY_MS));
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

/** The first place of a pane that is seen. */
function placeIn(root: ParentNode, places: readonly string[]): HTMLElement | null {
  for (const place of places) {
    const found = [...root.querySelectorAll<HTMLElement>(place)].find((element) => element.checkVisibility());
    if (found) return found;
  }
  return null;
}

/** In the grid of heads, else anywhere. */
const elsewhere = (): HTMLElement | null =>
  placeIn(document.querySelector('.pane.heads') ?? document, SURFACES) ?? placeIn(document, [...SURFACES, ...OTHERS]);
