/** The command: chooses the benches, runs them one after another, prints a line for each, keeps all in `bench/latest.json`. */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Bench, digits, type Measures, type Result, type Tools } from './bench.ts';
import { BENCHES } from './registry.ts';

export async function main(args: readonly string[], task: string): Promise<number> {
  const at = args.indexOf('--json');
  const json = at < 0 ? null : (args[at + 1] ?? null);
  const names = args.filter((arg, i) => !arg.startsWith('--') && (at < 0 || i !== at + 1));
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0 || (at >= 0 && json === null)) {
    console.error(`No bench is called ${unknown.join(', ')}. There are: ${BENCHES.map(({ name }) => name).join(', ')}.`);
    return 2;
  }
  const root = process.cwd();
  const tools: Tools = { root, cache: join(root, '.vscode-test/bench'), task: (name, params) => runTask(task, name, params) };
  const results: Result[] = [];
  let failed = false;
  for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    try {
      const result = await measure(bench, tools);
      results.push(result);
      console.log(lineOf(result));
    } catch (error) {
      failed = true;
      console.error(`${bench.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const file of [join(root, 'bench/latest.json'), ...(json === null ? [] : [json])]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  }
  return failed ? 2 : results.some(({ holds }) => holds === false) ? 1 : 0;
}

async function measure({ name, unit, limit, more = false, measure }: Bench, tools: Tools): Promise<Result> {
  const figure = await measure(tools);
  const holds = limit === null ? null : more ? figure.value >= limit : figure.value <= limit;
  return { name, unit, limit, more, holds, ...figure };
}

function lineOf({ name, value, unit, limit, more, holds, against, detail }: Result): string {
  const promise = limit === null ? '' : ` (limit ${more ? 'at least ' : ''}${digits(limit)}${holds ? '' : ', NOT HELD'})`;
  const compared = against === null ? '' : ` against ${against}`;
  return `${name.padEnd(24)} ${digits(value)}${unit === '' ? '' : ` ${unit}`}${promise}${compared}; ${detail}`;
}

function runTask(file: string, name: string, params: Readonly<Record<string, string | number>>): Promise<Measures> {
  return new Promise((resolve, reject) => {
    const stderr = process.env.HEADLIGHT_LOG ? 'inherit' : 'ignore';
    const child = fork(file, [name, JSON.stringify(params)], { stdio: ['ignore', stderr, stderr, 'ipc'], execArgv: ['--expose-gc'] });
    let answer: Measures | { error: string } | null = null;
    child.on('message', (message: Measures | { error: string }) => {
      answer = message;
    });
    child.on('exit', (status, signal) => {
      if (answer === null) reject(new Error(`the task ${name} ended without an answer (${signal ?? status})`));
      else if ('error' in answer) reject(new Error(String(answer.error)));
      else resolve(answer);
    });
  });
}
