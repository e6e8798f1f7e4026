/**
 * Options that no block does are refused by their name and value, before anything is read.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { familyOf } from '../../../model/architectures/registry.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import { readJson } from '../goldens.ts';
import { goldenPath } from './checkpoints.ts';

/** Golden checkpoint, what its configuration says instead, and what the refusal says. */
const REFUSED: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['albert', { position_embedding_type: 'relative_key' }, /position_embedding_type = "relative_key" is not implemented/],
  ['roberta', { add_cross_attention: true }, /add_cross_attention = true is not implemented/],
  ['deberta-v2', { pos_att_type: ['c2p', 'p2p'] }, /pos_att_type = \["c2p","p2p"\] is not implemented/],
  ['deberta-v2', { attention_head_size: 9 }, /attention_head_size = 9 is not implemented/],
  ['mpt', { logit_scale: 0.5 }, /logit_scale = 0.5 is not implemented/],
  ['mpt', { attn_config: { alibi: false } }, /attn_config: alibi = false is not implemented/],
  ['mpt', { attn_config: { qk_ln: true } }, /attn_config: qk_ln = true is not implemented/],
  ['gemma2', { use_bidirectional_attention: true }, /use_bidirectional_attention = true is not implemented/],
  ['xlnet', { bi_data: true }, /bi_data = true is not implemented/],
  ['xlnet', { attn_type: 'uni', same_length: true }, /same_length = true is not implemented/],
  ['transfo-xl', { attn_type: 2 }, /attn_type = 2 is not implemented/],
  ['transfo-xl', { cutoffs: [45, 20] }, /cutoffs \[45,20\] do not rise/],
  ['ctrl', { n_head: 5 }, /the head size is 24 \/ 5, which is no whole number/],
  ['dit', { norm_type: 'ada_norm_single' }, /norm_type = "ada_norm_single" is not implemented/],
  ['dit', { activation_fn: 'geglu' }, /activation_fn = "geglu" is not implemented/],
  ['dit', { norm_elementwise_affine: true }, /norm_elementwise_affine = true is not implemented/],
  ['swin', { num_heads: [2, 4, 8] }, /depths has 2 stages, num_heads has 3/],
  ['swin', { num_heads: [3, 4] }, /the head size of stage 1 is 16 \/ 3, which is no whole number/],
  ['vit', { image_size: [32, 32, 3] }, /image_size is \[32,32,3\], expected \[height, width\]/],
  ['vit', { patch_size: 40 }, /a picture of 32 × 32 has no patches of 40 × 40/],
  ['gpt_neox', { rope_parameters: { rope_type: 'spiral' } }, /rope_type spiral is not known here/],
];

describe('an option that is not done is refused', () => {
  for (const [name, option, sentence] of REFUSED) {
    test(`${name}: ${JSON.stringify(option)}`, () => {
      const values = { ...readJson<Record<string, unknown>>(goldenPath(name, 'config.json')), ...option };
      const config = normaliseConfig(values);
      assert.throws(() => familyOf(config).describe(config), sentence);
    });
  }
});
