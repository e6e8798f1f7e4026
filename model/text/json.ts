import { HeadlightError } from '../errors.ts';

/** A JSON object whose values are not known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** The error every reader of tokenizer files throws. */
export function malformed(what: string): HeadlightError {
  return new HeadlightError('tokenizer', `The tokenizer file is malformed: ${what}.`);
}

/** An unknown component, named by its `type`. */
export function unknownComponent(kind: string, type: string): HeadlightError {
  return new HeadlightError('tokenizer', `This tokenizer uses the ${kind} "${type}", which Headlight does not know.`);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` as an object. @throws HeadlightError 'tokenizer' if it is none. */
export function object(value: unknown, what: string): Json {
  if (!isObject(value)) throw malformed(`${what} is not an object`);
  return value;
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(`${what} is not a list`);
  return value;
}

export function string(value: unknown, what: string): string {
  if (typeof value !== 'string') throw malformed(`${what} is not a string`);
  return value;
}

/** A string, or `fallback` where the file has nothing or null. */
export function stringOr<T>(value: unknown, fallback: T, what: string): string | T {
  return value === undefined || value === null ? fallback : string(value, what);
}

export function boolean(value: unknown, fallback: boolean, what: string): boolean {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'boolean') throw malformed(`${what} is neither true nor false`);
  return value;
}

/** A whole number that is not negative, such as an id or a count. */
export function count(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed(`${what} is not a whole number`);
  return value;
}

/** One of `allowed`, `fallback` where the file has nothing. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T, what: string): T {
  if (value === undefined || value === null) return fallback;
  const found = allowed.find((a) => a === value);
  if (found === undefined) throw malformed(`${what} is ${JSON.stringify(value)}, not one of ${allowed.join(', ')}`);
  return found;
}

/** The `type` of a component. */
export function typeOf(config: Json, kind: string): string {
  return string(config.type, `the type of a ${kind}`);
}
