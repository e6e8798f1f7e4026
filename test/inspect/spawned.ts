/** `npm run inspect` as a user starts it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Goldens } from '../model/goldens.ts';
import type { Report } from './job.ts';

export const root = new URL('../../', import.meta.url).pathname;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export function inspect(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, ['test/tools/inspect.mjs', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const words = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data: Buffer) => (words[name] += data.toString()));
    child.on('close', (status) => resolve({ status, ...words, ms: performance.now() - start }));
  });
}

/** A folder for results that is gone after the test. */
export class Results {
  readonly folder = mkdtempSync(join(tmpdir(), 'headlight-inspect-'));

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  report(name = ''): Report {
    return JSON.parse(readFileSync(this.path(name, 'report.json'), 'utf8')) as Report;
  }

  tensors(name = ''): Goldens {
    return Goldens.read(this.path(name, 'attention.safetensors'));
  }

  /** Writes a batch file; every job's `out` is a folder in here. */
  batch(jobs: readonly { readonly out: string; readonly [name: string]: string }[]): string {
    const file = this.path('jobs.jsonl');
    writeFileSync(file, jobs.map((job) => JSON.stringify({ ...job, out: this.path(job.out) })).join('\n'));
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
