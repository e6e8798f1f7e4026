import type { Browser } from 'playwright-core';

export function launchChromium(options?: { webgpu?: boolean }): Promise<Browser>;
