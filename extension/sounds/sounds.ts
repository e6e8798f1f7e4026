/** Which sound a command means, which model listens to it, and what the panel needs to know of that model. */
import type { Uri } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { readProcessor } from '../../model/processor.ts';
import type { SoundInput } from '../../model/protocol/panel.ts';
import { nameOf } from '../images/pictures.ts';
import { readJson } from '../models/describe.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { SourceText } from '../text/source.ts';

export const isSound = ({ path }: Uri): boolean => /\.wav$/i.test(path);

/**
 * The active model if it listens, else the first that does.
 * @throws HeadlightError `not-found` when no model listens
 */
export async function modelForSounds(models: ModelRegistry): Promise<Model> {
  const active = await models.active();
  for (const model of [...(active ? [active] : []), ...(await models.all())]) {
    const { card, problem } = await model.describe();
    if (card.input === 'sound' && problem === null) return model;
  }
  const words = 'No model that listens was found. Put a Whisper model (config.json, weights, tokenizer.json) into the workspace.';
  throw new HeadlightError('not-found', words);
}

/** What the page needs beside the sound's own file. @throws HeadlightError `unsupported`, `format` */
export async function soundInput(model: Model, sound: Uri): Promise<Omit<SoundInput, 'uri'>> {
  const folder = await model.folder();
  const preprocessor = await readProcessor((name) => readJson(folder, name), 'feature_extractor');
  if (preprocessor === null) {
    const words = 'has no preprocessor_config.json, which says how it hears. Put that file into the model’s folder.';
    throw new HeadlightError('unsupported', `${model.name} ${words}`);
  }
  return { name: nameOf(sound), preprocessor };
}

/** The text of a run on a sound: there is none. */
export const noWords = (sound: Uri): SourceText => ({
  uri: null,
  text: '',
  pieces: [],
  second: null,
  cursor: 0,
  what: `the sound ${nameOf(sound)}`,
});
