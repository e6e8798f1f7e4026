/** Broken files of a known structure: a few changes at a time, from a seed, so that a failure can be made again. */
import { pick, type Random } from '../model/text/random.ts';

/** Numbers that sizes, offsets and lengths are most often wrong by. */
const NUMBERS = [0, -1, 1, 2, 3, 7, 255, 65_536, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 1e20, 1.5, Number.NaN];
const WHOLE = NUMBERS.filter(Number.isInteger);
const WORDS = [
  '',
  'x',
  '../../etc/passwd',
  '/etc/passwd',
  '__proto__',
  'constructor',
  'F32',
  'BF16',
  'gelu',
  'bert',
  'llama',
  '\u0000',
  '😀',
];

/** A value that may stand in place of another. */
export function oddValue(random: Random): unknown {
  return pick<() => unknown>(random, [
    () => pick(random, NUMBERS),
    () => pick(random, WORDS),
    () => null,
    () => random() < 0.5,
    () => [],
    () => ({}),
    () => [pick(random, NUMBERS), pick(random, NUMBERS)],
    () => ({ [pick(random, WORDS)]: pick(random, NUMBERS) }),
  ])();
}

/** A copy of a JSON value with one value somewhere in it replaced, left out, or doubled under another name. */
export function mutateJson(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null) return oddValue(random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random() < 0.1) return oddValue(random);
    const at = Math.floor(random() * value.length);
    return value.flatMap((item: unknown, i) => (i !== at ? [item] : random() < 0.2 ? [] : [mutateJson(item, random)]));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random() < 0.03) return oddValue(random);
  const [key, inner] = pick(random, entries);
  const rest = entries.filter(([name]) => name !== key);
  const chance = random();
  if (chance < 0.15) return Object.fromEntries(rest);
  if (chance < 0.25) return Object.fromEntries([...entries, [pick(random, WORDS), inner]]);
  return Object.fromEntries([...rest, [key, mutateJson(inner, random)]]);
}

/** Bytes with a few of them changed, a stretch cut out, doubled, or the end cut off. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  const length = Math.min(bytes.length - at, 1 + Math.floor(random() * 16));
  const chance = random();
  if (chance < 0.15) return bytes.slice(0, at);
  if (chance < 0.3) return join(bytes.subarray(0, at), bytes.subarray(at + length));
  if (chance < 0.4) return join(bytes.subarray(0, at + length), bytes.subarray(at));
  const copy = bytes.slice();
  for (let i = 0; i < length; i++)
    copy[at + i] = random() < 0.5 ? Math.floor(random() * 256) : copy[at + i]! ^ (1 << Math.floor(random() * 8));
  return copy;
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Changes one field somewhere in a decoded protobuf message, keeping its type, so that the result can still be encoded. */
export function mutateMessage(message: object, random: Random): void {
  const fields = Object.entries(message).filter(([, value]) => value !== null && value !== undefined);
  if (fields.length === 0) return;
  const [name, value] = pick(random, fields);
  const record = message as Record<string, unknown>;
  if (Array.isArray(value)) mutateList(value, random);
  else if (typeof value === 'string') record[name] = pick(random, WORDS);
  else if (typeof value === 'number') record[name] = pick(random, name === 'f' ? NUMBERS : WHOLE);
  else if (value instanceof Uint8Array) record[name] = value.length === 0 ? value : mutateBytes(value, random);
  else if (typeof value === 'object' && 'low' in value) record[name] = pick(random, WHOLE);
  else if (typeof value === 'object') mutateMessage(value as object, random);
}

function mutateList(list: unknown[], random: Random): void {
  if (list.length === 0) return;
  const at = Math.floor(random() * list.length);
  const item = list[at];
  const chance = random();
  if (chance < 0.15) list.splice(at, 1);
  else if (chance < 0.25) list.splice(at, 0, item);
  else if (typeof item === 'object' && item !== null && !(item instanceof Uint8Array) && !('low' in item)) mutateMessage(item, random);
  else if (typeof item === 'string') list[at] = pick(random, WORDS);
  else if (item instanceof Uint8Array) list[at] = item.length === 0 ? item : mutateBytes(item, random);
  else list[at] = pick(random, WHOLE);
}
