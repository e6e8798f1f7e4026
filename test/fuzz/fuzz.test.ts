/**
 * Broken files of every format are read or refused in words: no crash, no hang, nothing put on Object.prototype. A round that fails is made
 * again by its number. HEADLIGHT_FUZZ sets the rounds a format (`npm run fuzz`: 10,000).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadlightError } from '../../model/errors.ts';
import { seeded } from '../model/text/random.ts';
import { TARGETS } from './targets.ts';

const ROUNDS = Number(process.env['HEADLIGHT_FUZZ'] ?? 500);
/** Far beyond what reading takes, on a machine that does other things too. */
const HANG_MS = 2000;

for (const { name, attempt } of TARGETS) {
  test(`${name}: ${ROUNDS} broken files are read or refused in words`, async () => {
    const untouched = Object.getOwnPropertyNames(Object.prototype).join();
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const start = process.cpuUsage();
      try {
        await attempt(seeded(round));
      } catch (error) {
        if (!(error instanceof HeadlightError)) {
          throw new Error(`round ${round}: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
        }
        assert.ok(error.message.length > 10 && error.code !== 'internal', `round ${round}: ${error.code} ${error.message}`);
        refused++;
      }
      const { user, system } = process.cpuUsage(start);
      assert.ok((user + system) / 1000 < HANG_MS, `round ${round} took ${(user + system) / 1000} ms of the processor`);
    }
    assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), untouched, 'something was put on Object.prototype');
    assert.ok(refused > ROUNDS / 20, `only ${refused} of ${ROUNDS} were refused: the changes do not break anything`);
  });
}
