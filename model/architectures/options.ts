/** Options of configurations that nothing here does. */
import { HeadlightError } from '../errors.ts';
import type { Config } from '../safetensors/config.ts';

/**
 * Refuses a configuration by the option that nothing here does.
 * @throws HeadlightError `unsupported` unless `supported`
 */
export function refuseUnless(supported: boolean, config: Config, option: string): void {
  if (supported) return;
  throw new HeadlightError('unsupported', `${config.where}: ${option} = ${JSON.stringify(config.values[option])} is not implemented here.`);
}

/** `total / parts`. @throws HeadlightError `format` when it is no whole number */
export function divide(config: Config, what: string, total: number, parts: number): number {
  if (parts > 0 && total % parts === 0) return total / parts;
  throw new HeadlightError('format', `${config.where}: ${what} is ${total} / ${parts}, which is no whole number.`);
}
