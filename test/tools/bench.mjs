/** `npm run -s bench -- [NAME…] [--json F]`: figures, one line each. The benches are in test/bench. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundled } from './bundled.mjs';

const out = await bundled('bench', { main: 'test/bench/main.ts', task: 'test/bench/task.ts' });
const { main } = await import(pathToFileURL(join(out, 'main.mjs')).href);
process.exitCode = await main(process.argv.slice(2), join(out, 'task.mjs'));
