/** What a bench is, and what it says. Names stay, so that figures of different days can be compared. */

export interface Figure {
  readonly value: number;
  /** What the value is compared with, in words, or null. */
  readonly against: string | null;
  /** How it was had, in words: sizes, repetitions, single values. */
  readonly detail: string;
}

export interface Bench {
  readonly name: string;
  readonly unit: string;
  /** Largest value that is good enough, or the smallest where `more` is better; null where smaller or larger is no promise. */
  readonly limit: number | null;
  readonly more?: boolean;
  /** Runs in this process; long work and memory are measured in processes of their own, through `tools.task`. */
  measure(tools: Tools): Promise<Figure>;
}

/** What a task measured, by name. */
export type Measures = Readonly<Record<string, number>>;

export interface Tools {
  /** Folder for generated models. */
  readonly cache: string;
  /** The repository. */
  readonly root: string;
  /** Runs a task of tasks.ts in a fresh process. */
  task(name: string, params: Readonly<Record<string, string | number>>): Promise<Measures>;
}

export interface Result extends Figure {
  readonly name: string;
  readonly unit: string;
  readonly limit: number | null;
  readonly more: boolean;
  /** Null without a limit. */
  readonly holds: boolean | null;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A number with three digits that say something. */
export function digits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
