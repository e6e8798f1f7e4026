/** Loads all graphs of a model, and says how far that is. */
import type { Keep } from '../../model/attention/index.ts';
import type { Device } from '../../model/protocol/engine.ts';
import type { EngineCall } from './engine.ts';
import type { OpenModel } from './opening.ts';
import { LoadedPart } from './part.ts';
import { breathe } from './queue.ts';
import type { Runtime } from './runtime.ts';

export interface Loaded {
  readonly keeping: Keep;
  /** In the order of the model's parts. */
  readonly parts: readonly LoadedPart[];
}

export async function loadModel(runtime: Runtime, model: OpenModel, device: Device, keeping: Keep, call: EngineCall): Promise<Loaded> {
  const onRead = progressOf(model.weightsSize, call);
  const parts: LoadedPart[] = [];
  try {
    for (const part of model.parts) {
      parts.push(await LoadedPart.load(runtime, part, { device, keeping, onRead, signal: call.token }));
      await breathe(call.token);
    }
  } catch (error) {
    if (!runtime.broken) for (const part of parts) await part.release();
    throw error;
  }
  return { keeping, parts };
}

/** Says a percentage each time it grows. */
export function progressOf(total: number, { progress }: EngineCall): (bytes: number) => void {
  let read = 0;
  let said = -1;
  return (bytes) => {
    read += bytes;
    const percent = total > 0 ? Math.min(100, Math.floor((100 * read) / total)) : 100;
    if (percent <= said) return;
    said = percent;
    progress?.(percent / 100, percent < 100 ? `reading weights ${percent} %` : 'creating the session');
  };
}
