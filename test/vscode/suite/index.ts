/** Entry of the suites that run inside VS Code's extension host: collects the bundled suites and runs them with mocha. */
import Mocha from 'mocha';

/** Runs every suite (or those whose title matches HEADLIGHT_SUITES); rejects when a test failed, which ends VS Code's run with status 1. */
export async function run(): Promise<void> {
  console.log('headlight suites');
  const grep = process.env['HEADLIGHT_SUITES'];
  const mocha = new Mocha({ ui: 'tdd', timeout: 400_000, color: false, reporter: 'spec', ...(grep ? { grep } : {}) });
  mocha.suite.emit('pre-require', globalThis, 'headlight', mocha);
  // Every *.test.ts of this folder, found by the build (esbuild.mjs), so that no list is kept by hand.
  await import('headlight:suites');
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
      if (failures > 0) reject(new Error(`${failures} tests failed.`));
      else resolve();
    });
  });
}
