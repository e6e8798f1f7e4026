/** The command line, and the lines of a batch file, as jobs. */
import { readFileSync } from 'node:fs';
import { HeadlightError } from '../../model/errors.ts';
import type { Job } from './job.ts';

export const USAGE = `npm run -s inspect -- PATH [--text T | --text-file F] [--pair T] [--target T] [--image F] [--inputs F.safetensors]
                        [--engine ort|reference] [--device wasm|webgpu] [--keep weights|vectors|both] --out DIR
npm run -s inspect -- --batch F.jsonl`;

const OPTIONS = ['text', 'text-file', 'pair', 'target', 'image', 'inputs', 'engine', 'device', 'keep', 'out'] as const;
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  engine: ['ort', 'reference'],
  device: ['wasm', 'webgpu'],
  keep: ['weights', 'vectors', 'both'],
};

function wrong(message: string): HeadlightError {
  return new HeadlightError('input', message);
}

/** @throws HeadlightError `input` with a sentence that says what is wrong */
export function jobsOf(args: readonly string[]): Job[] {
  const { path, values } = split(args);
  const batch = values.get('batch');
  if (batch === undefined) return [toJob(new Map([...values, ...(path === null ? [] : [['path', path] as const])]), 'The command line')];
  if (path !== null || values.size > 1) throw wrong('--batch takes everything from its file: leave the other arguments out.');
  return batchJobs(batch);
}

function split(args: readonly string[]): { path: string | null; values: Map<string, string> } {
  const values = new Map<string, string>();
  let path: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg.startsWith('--')) {
      const [name = '', inline] = arg.slice(2).split(/=(.*)/s);
      if (!(OPTIONS as readonly string[]).includes(name) && name !== 'batch') throw wrong(`--${name} is not known.\n${USAGE}`);
      const value = inline ?? args[++i];
      if (value === undefined) throw wrong(`--${name} needs a value.`);
      if (values.has(name)) throw wrong(`--${name} was given twice.`);
      values.set(name, value);
    } else if (path === null) path = arg;
    else throw wrong(`Two paths were given (${path}, ${arg}): inspect takes one, or --batch.`);
  }
  return { path, values };
}

function batchJobs(file: string): Job[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw wrong(`The batch file ${file} cannot be read.`);
  }
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), where: `${file}, line ${index + 1}` }));
  const jobs = lines.filter(({ line }) => line !== '').map(({ line, where }) => toJob(fields(line, where), where));
  const outs = new Set<string>();
  for (const { out } of jobs) {
    if (outs.has(out)) throw wrong(`Two jobs of ${file} write to ${out}.`);
    outs.add(out);
  }
  return jobs;
}

function fields(line: string, where: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong(`${where} is not JSON.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${where} is not a JSON object.`);
  const entries = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  for (const [name, field] of entries) if (typeof field !== 'string') throw wrong(`${where}: "${name}" must be a text.`);
  return new Map(entries.map(([name, field]) => [name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`), field as string]));
}

function toJob(values: ReadonlyMap<string, string>, where: string): Job {
  for (const name of values.keys())
    if (name !== 'path' && !(OPTIONS as readonly string[]).includes(name)) throw wrong(`${where}: "${name}" is not known.`);
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = values.get(name);
    if (value !== undefined && !choices.includes(value)) throw wrong(`${where}: ${name} is ${value}, expected ${choices.join(' or ')}.`);
  }
  const path = values.get('path');
  const out = values.get('out');
  if (path === undefined) throw wrong(`${where} names no model.\n${USAGE}`);
  if (out === undefined) throw wrong(`${where} names no folder for the results (--out DIR).`);
  if (values.has('text') && values.has('text-file')) throw wrong(`${where} has both text and text-file: give one.`);
  const optional = (['text', 'pair', 'target', 'image', 'inputs', 'keep'] as const).filter((name) => values.has(name));
  return {
    path,
    out,
    engine: (values.get('engine') as Job['engine'] | undefined) ?? 'ort',
    device: (values.get('device') as Job['device'] | undefined) ?? 'wasm',
    ...(values.has('text-file') && { textFile: values.get('text-file')! }),
    ...Object.fromEntries(optional.map((name) => [name, values.get(name)!])),
  };
}
