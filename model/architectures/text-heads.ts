/**
 * How a family says which heads it has, and heads that many families share.
 */
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { startAndEnd } from './bert-heads.ts';
import { type Head, headIsThere, headOf, labelCount, warnOfForeignHead } from './heads.ts';

/** One head of a family. */
export interface HeadPlan {
  /** A tensor without which there is no such head. */
  readonly tensor: string;
  /** Declares its outputs. */
  readonly write: () => void;
}

export type HeadPlans = Partial<Readonly<Record<Head, HeadPlan>>>;

/**
 * Declares the outputs of the head that the configuration names.
 * @param base declares those of a base model: also for a head that is not built here, or whose weights are not in the file
 */
export function writeHead<T>(root: Module<T>, config: Config, plans: HeadPlans, base: () => void): void {
  const head = headOf(config);
  const plan = plans[head];
  if (plan !== undefined && headIsThere(root, head, plan.tensor)) {
    plan.write();
    return;
  }
  if (plan === undefined) warnOfForeignHead(root, config);
  base();
}

/** A class for every token: `logits` [B, T, labels]. */
export function tokenClasses<T>(root: Module<T>, config: Config, hidden: T, width: number): HeadPlan {
  const classify = (): T => linear(root.at('classifier'), hidden, { in: width, out: labelCount(config) });
  return { tensor: 'classifier.weight', write: () => root.build.output('logits', classify()) };
}

/** Where an answer starts and ends: `start_logits` and `end_logits` [B, T]. */
export function answerSpan<T>(root: Module<T>, hidden: T, width: number): HeadPlan {
  return { tensor: 'qa_outputs.weight', write: () => startAndEnd(root, hidden, width) };
}

/** The vector of the first token: [B, T, D] → [B, D] */
export function firstToken<T>({ ops }: Module<T>, hidden: T): T {
  return ops.gather(hidden, 0, { axis: 1 });
}
