/** `npm run -s inspect -- PATH …`: what does Headlight see in this model? The work is in test/inspect. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundled } from './bundled.mjs';

const out = await bundled('inspect', { main: 'test/inspect/main.ts', child: 'test/inspect/child.ts' });
const { main } = await import(pathToFileURL(join(out, 'main.mjs')).href);
process.exitCode = await main(process.argv.slice(2), join(out, 'child.mjs'));
