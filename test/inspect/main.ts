/**
 * The part of `npm run inspect` that the user sees: reads the arguments, hands the jobs one after another to a child process, and prints.
 * A job may take the child down (out of memory, a crash of the runtime): it gets its report all the same, and the next job a new child.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asHeadlightError, type ErrorCode } from '../../model/errors.ts';
import type { Device, WireError } from '../../model/protocol/engine.ts';
import { jobsOf } from './args.ts';
import { emptyReport, type Job } from './job.ts';
import { processFor } from './runtime.ts';

/** What a child says about a job. */
export interface Answer {
  readonly error: WireError | null;
  /** One line for the screen. */
  readonly summary: string;
  /** The child is of no more use (its runtime crashed, or it holds too much memory). */
  readonly spent: boolean;
}

/** @returns the exit status: 0 done, 2 something could not be opened or run */
export async function main(args: readonly string[], child: string): Promise<number> {
  const jobs = parse(args);
  if (!jobs) return 2;
  const children = new Children(child);
  let failed = false;
  try {
    for (const job of jobs) {
      const answer = await children.run(job);
      if (answer.error) console.error(jobs.length > 1 ? `${job.path}: ${answer.error.message}` : answer.error.message);
      else console.log(answer.summary);
      failed ||= answer.error !== null;
    }
  } finally {
    children.end();
  }
  return failed ? 2 : 0;
}

function parse(args: readonly string[]): Job[] | null {
  try {
    return jobsOf(args);
  } catch (error) {
    console.error(asHeadlightError(error, 'internal', 'The arguments could not be read').message);
    return null;
  }
}

/** One child a device, started when a job needs it. */
class Children {
  readonly #running = new Map<Device, ChildProcess>();

  constructor(private readonly file: string) {}

  async run(job: Job): Promise<Answer> {
    const child = this.#running.get(job.device) ?? this.#start(job.device);
    const answer = await ask(child, job);
    if (answer.spent) {
      this.#running.delete(job.device);
      child.kill();
    }
    return answer;
  }

  #start(device: Device): ChildProcess {
    const { env, execArgv } = processFor(device);
    // What the runtime's C++ logs is not for the user; a look at it is one variable away.
    const stderr = process.env.HEADLIGHT_LOG ? 'inherit' : 'ignore';
    const child = fork(this.file, [device], {
      env: { ...process.env, ...env },
      execArgv: [...execArgv, '--max-old-space-size=8192'],
      stdio: ['ignore', stderr, stderr, 'ipc'],
    });
    this.#running.set(device, child);
    return child;
  }

  end(): void {
    for (const child of this.#running.values()) child.kill();
  }
}

function ask(child: ChildProcess, job: Job): Promise<Answer> {
  return new Promise((resolve) => {
    const onAnswer = (answer: Answer) => settle(answer);
    const onExit = (status: number | null, signal: string | null) => settle(lost(job, status, signal));
    const settle = (answer: Answer) => {
      child.off('message', onAnswer);
      child.off('exit', onExit);
      resolve(answer);
    };
    child.on('message', onAnswer);
    child.on('exit', onExit);
    child.send(job);
  });
}

/** The child died on this job: writes the report that it could not. */
function lost(job: Job, status: number | null, signal: string | null): Answer {
  const memory = signal === 'SIGKILL' || signal === 'SIGABRT' || status === 134 || status === 137;
  const code: ErrorCode = memory ? 'memory' : 'runtime';
  const message = memory
    ? `The process ran out of memory on ${job.path}. Take a shorter text or a smaller or quantised model.`
    : `The runtime ended the process on ${job.path} (${signal ?? `status ${status}`}). Try another export of the model.`;
  const error = { code, message };
  mkdirSync(job.out, { recursive: true });
  writeFileSync(join(job.out, 'report.json'), `${JSON.stringify({ ...emptyReport(job), error }, null, 1)}\n`);
  return { error, summary: '', spent: true };
}
