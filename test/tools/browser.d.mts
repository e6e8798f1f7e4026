import type { Browser } from 'playwright-core';

/** What keeps Chromium itself from talking to anybody. */
export const QUIET: readonly string[];

export function launchChromium(options?: { webgpu?: boolean }): Promise<Browser>;
