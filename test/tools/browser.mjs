/** Chromium for tests: the installed one, with WebGPU on the software adapter, and a record of every request that leaves the page. */
import { chromium } from 'playwright-core';
import { ensureChromium } from './environment.mjs';

/** What keeps Chromium itself from talking to anybody. */
export const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-default-browser-check',
];
const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/** @param {{ webgpu?: boolean }} [options] */
export function launchChromium({ webgpu = false } = {}) {
  return chromium.launch({
    executablePath: ensureChromium(),
    headless: true,
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...QUIET, ...(webgpu ? WEBGPU : ['--disable-gpu'])],
  });
}
