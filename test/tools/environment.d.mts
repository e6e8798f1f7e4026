export const root: string;
export const cache: string;
export function fail(sentence: string): never;
export function say(words: string): void;
export function ensurePackages(): void;
export function ensureChromium(): string;
export function ensureServer(): { node: string; main: string };
