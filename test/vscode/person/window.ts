/**
 * A VS Code window and a person in front of it: opens files, types, presses keys, runs commands through the palette, and looks at what
 * the panel shows. Used by the tests of this folder and by the scripts that take pictures.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchChromium } from '../../tools/browser.mjs';
import { cache } from '../../tools/environment.mjs';
import { startServer } from '../../tools/server.mjs';
import { freshWorkspace } from '../../tools/vscode.mjs';

export const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;
export type Theme = keyof typeof THEMES;

export interface Options {
  /** Name of the workspace and of the server's data, so that runs do not meet. */
  readonly name: string;
  readonly theme?: Theme;
  readonly webgpu?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** Files to add to the workspace: path → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** A workspace of one's own in place of a copy of the samples. */
  readonly workspace?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** How long a state may take to come on a machine that does other things too. */
const PATIENCE_MS = 90_000;

export class Window {
  /** Addresses that a request went to outside this machine. */
  readonly outside: string[] = [];
  /** Errors that a page or frame printed. */
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    readonly workspace: string,
    private readonly browser: Browser,
    private readonly server: { stop: () => void },
  ) {}

  static async open(options: Options): Promise<Window> {
    const workspace = options.workspace ?? freshWorkspace(options.name);
    const settings = {
      'workbench.colorTheme': THEMES[options.theme ?? 'dark'],
      'window.autoDetectColorScheme': false,
      'workbench.startupEditor': 'none',
      'chat.disableAIFeatures': true,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      ...options.settings,
    };
    for (const [path, content] of Object.entries(options.files ?? {})) {
      mkdirSync(join(workspace, path, '..'), { recursive: true });
      writeFileSync(join(workspace, path), content);
    }
    const server = await startServer({ name: options.name, settings });
    const browser = await launchChromium({ webgpu: options.webgpu ?? false });
    const page = await browser.newPage({ viewport: { width: options.width ?? 1500, height: options.height ?? 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const window = new Window(page, workspace, browser, server);
    page.on('request', (request) => window.#listen(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') window.errors.push(message.text());
    });
    await page.goto(server.address(workspace));
    await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await page.locator('.statusbar-item').first().waitFor({ timeout: 60_000 });
    return window;
  }

  #listen(url: string): void {
    const { protocol, hostname } = new URL(url);
    const here = hostname === '127.0.0.1' || hostname === 'localhost' || hostname.endsWith('.vscode-cdn.net');
    if (!here && protocol !== 'data:' && protocol !== 'blob:') this.outside.push(url);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.stop();
  }

  /** Opens a file of the workspace by its name, as with Ctrl+P, on the left: where `goTo` looks for it. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+1');
    await this.#ask('Control+P', name);
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await this.page.waitForTimeout(300);
    await this.page.keyboard.press('Enter');
    await this.page
      .locator(`.tab[data-resource-name="${name.split('/').at(-1)}"]`)
      .first()
      .waitFor();
    await this.page.waitForTimeout(300);
  }

  /**
   * Opens the quick input by its key and fills it. A key may fall into a page that was just loading, and an editor that takes the focus late
   * closes the input again: then it is pressed once more.
   */
  async #ask(key: string, words: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    for (let attempt = 0; attempt < 8; attempt++) {
      await this.page.keyboard.press(key);
      const filled = await input.fill(words, { timeout: 4000 }).then(
        () => true,
        () => false,
      );
      await this.page.waitForTimeout(200);
      if (filled && (await input.isVisible()) && (await input.inputValue()) === words) return;
    }
    throw new Error(`${key} did not open the quick input.`);
  }

  /** Runs a command through the palette, by the title that people read. */
  async command(title: string): Promise<void> {
    await this.#ask('F1', `>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.page.waitForTimeout(200);
    await this.page.keyboard.press('Enter');
  }

  /** As `goTo`, without a look at the status bar, which counts what is as wide as two letters twice. */
  async jump(line: number, column: number): Promise<void> {
    await this.page.keyboard.press('Control+1');
    await this.#ask('Control+G', `:${line}:${column}`);
    await this.page.keyboard.press('Enter');
  }

  /**
   * Moves the cursor of the text editor on the left, wherever the focus is: line and column count from 1. An editor that takes the focus late closes the
   * input before it is read: then it is asked once more.
   */
  async goTo(line: number, column: number): Promise<void> {
    const there = this.page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` }).first();
    for (let attempt = 0; attempt < 8; attempt++) {
      await this.jump(line, column);
      const moved = await there.waitFor({ timeout: 12_000 }).then(
        () => true,
        () => false,
      );
      if (moved) return;
    }
    throw new Error(`The cursor did not come to line ${line}, column ${column}; see ${await this.picture('cursor-lost')}`);
  }

  /** Waits until something is true of the window's page: VS Code's content policy does not let the page be told to wait by itself. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 90_000; Date.now() < end; await this.page.waitForTimeout(100)) {
      if (await this.page.evaluate(holds)) return;
    }
    throw new Error(`It never came true: ${what}; see ${await this.picture('never')}`);
  }

  /** Selects the line of the cursor, without its end. */
  async selectLine(line: number): Promise<void> {
    await this.goTo(line, 1);
    await this.page.keyboard.press('Shift+End');
  }

  /** Opens a quick pick by its command and picks an entry by typing. The list may come late, and take the words of the one before for its own. */
  async #pick(command: string, words: string): Promise<void> {
    const wanted = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: words }).first();
    for (let attempt = 0; attempt < 6; attempt++) {
      await this.command(command);
      await this.page.waitForTimeout(300);
      await this.page.locator('.quick-input-widget input').first().fill(words, { timeout: 10_000 });
      const found = await wanted.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
      await this.page.keyboard.press(found ? 'Enter' : 'Escape');
      await this.page.waitForTimeout(200);
      if (found) return;
    }
    throw new Error(`“${words}” was not offered by ${command}; see ${await this.picture('not-offered')}`);
  }

  /** Chooses a head by its number on screen, through the palette. */
  chooseHead(layer: number, head: number): Promise<void> {
    return this.#pick('Headlight: Select Head', `L${layer}·H${head}`);
  }

  /** Chooses another model, through the palette. */
  chooseModel(name: string): Promise<void> {
    return this.#pick('Headlight: Select Model', name);
  }

  /** The panel's page, once its frame is there. */
  panel(timeoutMs = 60_000): Promise<Frame> {
    return this.#frameOf('main', timeoutMs);
  }

  /** The page of a model file, once its frame is there. */
  modelPage(timeoutMs = 60_000): Promise<Frame> {
    return this.#frameOf('page', timeoutMs);
  }

  /** The frame that runs one of the webviews' scripts. */
  async #frameOf(script: string, timeoutMs: number): Promise<Frame> {
    const until = Date.now() + timeoutMs;
    while (Date.now() < until) {
      for (const frame of this.page.frames()) {
        if (frame.name() !== 'active-frame' && !/active-frame/.test(frame.url()) && frame.parentFrame() === null) continue;
        const wanted = `script[src*="out/webview/${script}.js"]`;
        if (await frame.evaluate((own) => document.querySelector(own) !== null, wanted).catch(() => false)) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No ${script === 'main' ? 'panel' : script} appeared within ${timeoutMs} ms.`);
  }

  /** Presses Tab until the focus in a frame is where `selector` says. A press goes nowhere while a frame is loading. */
  async tabTo(frame: Frame, selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < 80; step++) {
      const here = await frame.evaluate(focused, selector);
      if (here === true) return;
      passed.push(here);
      await this.page.keyboard.press(key);
      await this.page.waitForTimeout(60);
    }
    throw new Error(`Tab did not lead to ${selector}, but to ${[...new Set(passed)].join(', ')}; see ${await this.picture('tab-lost')}`);
  }

  /** What has the focus in a frame, as people see and hear it; null when the focus is elsewhere or lost. */
  focusIn(frame: Frame): Promise<Focus | null> {
    return frame.evaluate(describeFocus);
  }

  /**
   * Waits until VS Code in the browser has written down its own state with all of `words` in one entry. It does so every few seconds, in
   * idle time; a reload before that brings back an earlier state.
   */
  async written(words: readonly string[], timeoutMs = 120_000): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (Date.now() < until) {
      if (await this.page.evaluate(isWritten, words)) return;
      await this.page.waitForTimeout(500);
    }
    throw new Error(`VS Code wrote down no state with ${words.join(', ')} within ${timeoutMs} ms.`);
  }

  /** A picture of the window in .vscode-test/pictures. */
  async picture(name: string): Promise<string> {
    const path = join(cache, 'pictures', `${name}.png`);
    mkdirSync(join(path, '..'), { recursive: true });
    await this.page.screenshot({ path });
    return path;
  }
}

/** In a frame: whether the focus is where `selector` says, or else where it is. */
function focused(selector: string): true | string {
  const here = document.hasFocus() ? document.activeElement : null;
  if (here?.matches(selector)) return true;
  return here ? `${here.tagName.toLowerCase()}${here.id ? `#${here.id}` : ''}.${here.className}` : 'elsewhere';
}

export interface Focus {
  readonly role: string;
  /** Its accessible name. */
  readonly name: string;
  /** What a screen reader says of where one stands in it: the active descendant, else what it is described by in a live region, else its text. */
  readonly says: string;
  /** Whether an outline, a border in the focus colour or a shadow shows it. */
  readonly seen: boolean;
}

/** In a frame. No inner function has a name: the loader would wrap it in a helper that the page lacks. */
function describeFocus(): Focus | null {
  const outer = document.hasFocus() ? (document.activeElement as HTMLElement | null) : null;
  if (!outer || outer === document.body) return null;
  let inner: HTMLElement = outer;
  while (inner.shadowRoot?.activeElement) inner = inner.shadowRoot.activeElement as HTMLElement;
  const colour = getComputedStyle(document.body).getPropertyValue('--vscode-focusBorder').trim();
  const probe = document.createElement('i');
  probe.style.color = colour;
  document.body.append(probe);
  const focusColour = getComputedStyle(probe).color;
  probe.remove();
  const parts = [outer, inner, ...(outer.shadowRoot?.querySelectorAll<HTMLElement>('.control, .root, .label') ?? [])];
  const seen = [...parts, ...(outer.parentElement ? [outer.parentElement] : [])].some((part) => {
    const style = getComputedStyle(part);
    if (style.borderColor.includes(focusColour) && part !== outer.parentElement) return true;
    if (style.outlineStyle === 'none' || Number.parseFloat(style.outlineWidth) === 0) return false;
    // Boxes around it may cut its line: two sides have to be seen.
    const own = part.getBoundingClientRect();
    const grown = Number.parseFloat(style.outlineOffset) + Number.parseFloat(style.outlineWidth);
    const line = { left: own.left - grown, top: own.top - grown, right: own.right + grown, bottom: own.bottom + grown };
    const sides = { left: true, top: true, right: true, bottom: true };
    for (let box = part.parentElement; box; box = box.parentElement) {
      if (getComputedStyle(box).overflow === 'visible') continue;
      const edge = box.getBoundingClientRect();
      sides.left &&= line.left >= edge.left - 0.5;
      sides.top &&= line.top >= edge.top - 0.5;
      sides.right &&= line.right <= edge.right + 0.5;
      sides.bottom &&= line.bottom <= edge.bottom + 0.5;
    }
    return Object.values(sides).filter(Boolean).length >= 2;
  });
  const named = outer.getAttribute('aria-activedescendant');
  const descendant = named ? document.getElementById(named) : null;
  const live = outer.closest('.current, .pane, .app')?.querySelector<HTMLElement>('[role=status]:not(:empty)');
  const own = (outer.textContent ?? '').trim();
  const passive = ['application', 'group', 'img'].includes(outer.getAttribute('role') ?? '');
  return {
    role: outer.getAttribute('role') ?? outer.tagName.toLowerCase().replace('vscode-', ''),
    name: outer.getAttribute('aria-label') ?? outer.title ?? '',
    says: (descendant?.getAttribute('aria-label') ?? descendant?.textContent ?? (passive ? live?.textContent : own) ?? '').trim(),
    seen,
  };
}

/** In the page: whether an entry of VS Code's own databases holds all of `words`, however often it was quoted. No inner function has a name: the loader would wrap it in a helper that the page lacks. */
async function isWritten(words: readonly string[]): Promise<boolean> {
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db')) continue;
    const values = await new Promise<unknown[]>((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const reading = opening.result.transaction('ItemTable').objectStore('ItemTable').getAll();
        reading.onerror = () => reject(reading.error);
        reading.onsuccess = () => {
          opening.result.close();
          resolve(reading.result);
        };
      };
    });
    if (values.some((value) => words.every((word) => String(value).replaceAll('\\', '').includes(word)))) return true;
  }
  return false;
}
