/**
 * What a family of models is: one file that says which configurations are its own, what they describe, and how the model is built from
 * blocks.
 */
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';

/** What a configuration says of a model. */
export interface Description {
  /** The family in words. */
  readonly architecture: string;
  /** L; of an encoder–decoder the sum of both. */
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** G */
  readonly kvHeads: number;
  /** d */
  readonly headDim: number;
  /** What the model knows about order, in words; null for nothing. */
  readonly positions: string | null;
  /** Longest input in tokens, or null where nothing limits it. */
  readonly maxTokens: number | null;
  /** V, or null for models without words. */
  readonly vocabulary: number | null;
}

export interface Family {
  /** `model_type` of the configurations (`_class_name` in diffusers' files) that are this family's. */
  readonly modelTypes: readonly string[];
  /** Prefix of the base model's tensors, which files of the base model alone leave out: `bert.` */
  readonly prefix: string;
  /** What some classes put in the place of the prefix: `transformer.` */
  readonly wrappers?: readonly string[];
  /** Other names that files use for a tensor, beside those with the prefix left out and `gamma`/`beta`: tied tensors, old spellings. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** @throws HeadlightError `format` for a configuration that lacks what is needed, `unsupported` for an option that nothing here does */
  describe(config: Config): Description;
  /**
   * Builds the model: declares inputs, records `hidden/<i>` and attention, declares outputs.
   * @param root the whole checkpoint as a module
   * @throws HeadlightError as `describe`, and for tensors that are missing or of another shape
   */
  build<T>(root: Module<T>, config: Config): void;
}
