/**
 * DeiT: ViT with a second token that learns from a teacher.
 *
 * Source: Touvron et al. 2021, "Training data-efficient image transformers & distillation through attention", 4.
 */
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { baseOf, pictureHead } from './pictures.ts';
import { vitEmbeddings, vitEncoder, vitOutputs } from './vit.ts';
import { describePictures, vitSettings } from './vit-layers.ts';

const TOKENS = ['cls_token', 'distillation_token'];

export const deit: Family = {
  modelTypes: ['deit'],
  prefix: 'deit.',
  describe: (config) => describePictures('DeiT', vitSettings(config), { before: TOKENS.length }),
  build: (root, config) => {
    const settings = vitSettings(config);
    const base = baseOf(root, 'deit', 'embeddings.cls_token');
    const hidden = vitEncoder(base, vitEmbeddings(base.at('embeddings'), TOKENS, settings), settings);
    const classes = (name: string, token: number) => classesOf(root.at(name), config, hidden, token, settings.width);
    pictureHead(
      root,
      config,
      {
        ForImageClassification: { tensor: 'classifier.weight', write: () => root.build.output('logits', classes('classifier', 0)) },
        ForImageClassificationWithTeacher: {
          tensor: 'distillation_classifier.weight',
          write: () => twoHeads(root, classes('cls_classifier', 0), classes('distillation_classifier', 1)),
        },
      },
      () => vitOutputs(base, hidden, settings),
    );
  },
};

/** Classes of a picture by one of its tokens: [B, T, D] → [B, labels] */
function classesOf<T>(classifier: Module<T>, config: Config, hidden: T, token: number, width: number): T {
  const vector = classifier.ops.gather(hidden, token, { axis: 1 }); // [B, D]
  return linear(classifier, vector, { in: width, out: labelCount(config) });
}

/** Outputs `logits`, the mean of both heads, and each of them: [B, labels] */
function twoHeads<T>({ ops, build }: Module<T>, ofClass: T, ofDistillation: T): void {
  build.output('logits', ops.div(ops.add(ofClass, ofDistillation), 2));
  build.output('cls_logits', ofClass);
  build.output('distillation_logits', ofDistillation);
}
