"""python families.py OUT [name …]: families that the rest of the corpus has not: multi-query, latent attention, reduced keys, sound, object queries.

TorchScript exports with a dynamic batch; goldens are Hugging Face's own attentions in eager mode. Versions: torch 2.13, transformers 5.18.
"""
import json, os, sys
import numpy as np, torch, transformers as tf
from safetensors.numpy import save_file

B, T = 2, 7
SMALL = dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=64)


def text():
    ids = torch.randint(3, 50, (B, T)); mask = torch.ones(B, T, dtype=torch.long); mask[1, 5:] = 0
    return dict(input_ids=ids, attention_mask=mask)


def image(size): return lambda: dict(pixel_values=torch.randn(B, 3, size, size))


ENCODER_DECODER = dict(encoder='encoder_attentions', decoder='decoder_attentions', cross='cross_attentions')
CASES = {
    'starcoder.ts17': ('GPTBigCodeModel', 'GPTBigCodeConfig', dict(vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=64), text, None),
    'falcon.ts17': ('FalconModel', 'FalconConfig', dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, alibi=False, multi_query=True), text, None),
    'deepseek.ts17': ('DeepseekV3Model', 'DeepseekV3Config', dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4, intermediate_size=48, moe_intermediate_size=16, n_routed_experts=4, num_experts_per_tok=2, first_k_dense_replace=2, q_lora_rank=16, kv_lora_rank=16, qk_rope_head_dim=4, qk_nope_head_dim=8, v_head_dim=8, n_group=1, topk_group=1), text, None),
    'mistral-long-window.ts17': ('MistralModel', 'MistralConfig', dict(**SMALL, num_key_value_heads=2, sliding_window=40), text, None),
    'segformer.ts17': ('SegformerModel', 'SegformerConfig', dict(num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[16, 32], patch_sizes=[7, 3], strides=[4, 2], num_attention_heads=[2, 4], mlp_ratios=[2, 2], decoder_hidden_size=16), image(32), None),
    'wav2vec2.ts17': ('Wav2Vec2Model', 'Wav2Vec2Config', dict(vocab_size=32, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, conv_dim=[16, 16], conv_stride=[5, 4], conv_kernel=[10, 8], num_feat_extract_layers=2, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, feat_extract_norm='layer', mask_time_prob=0.0), lambda: dict(input_values=torch.randn(B, 800)), None),
    'detr.ts17': ('DetrModel', 'DetrConfig', dict(d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, num_queries=5, use_timm_backbone=False, use_pretrained_backbone=False, backbone=None, backbone_config=tf.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], out_features=['stage2'])), image(64), ENCODER_DECODER),
}


class First(torch.nn.Module):
    """The model with tensors as inputs and its first output alone."""
    def __init__(self, model, names): super().__init__(); self.model, self.names = model, names
    def forward(self, *tensors): return self.model(**dict(zip(self.names, tensors))).to_tuple()[0]


def build(name, out):
    cls, config, kw, make, kinds = CASES[name]
    torch.manual_seed(1)
    config = getattr(tf, config)(**kw); config._attn_implementation = 'eager'
    if hasattr(config, 'use_cache'): config.use_cache = False
    model = getattr(tf, cls)(config).eval()
    for p in model.parameters():
        p.requires_grad_(False)
        if p.dim() > 1 and p.std() < .1: p.mul_(3)                              # maps that differ from uniform
    inputs = make()
    result = model(**inputs, output_attentions=True)
    folder = os.path.join(out, name); os.makedirs(folder, exist_ok=True)
    axes = {n: {0: 'batch', **({1: 'sequence'} if x.dim() == 2 else {})} for n, x in inputs.items()}
    torch.onnx.export(First(model, list(inputs)).eval(), tuple(inputs.values()), os.path.join(folder, 'model.onnx'), opset_version=17, input_names=list(inputs), output_names=['output'], dynamic_axes=axes, dynamo=False)
    tensors, sites = {'input/' + n: np.ascontiguousarray(x.numpy()) for n, x in inputs.items()}, []
    tensors['output/output'] = np.ascontiguousarray(result.to_tuple()[0].numpy())
    for kind, source in (kinds or {'self': 'attentions'}).items():
        for i, a in enumerate(getattr(result, source)):
            key = f'attention/{kind}/{i}'; tensors[key] = np.ascontiguousarray(a.numpy())
            sites.append(dict(kind=kind, layer=i, heads=a.shape[1], T=a.shape[2], S=a.shape[3], key=key, exact=True, note=''))
    save_file(tensors, os.path.join(folder, 'golden.safetensors'))
    doc = dict(family=name.split('.')[0], exporter='torch TorchScript', file='model.onnx', opset=17, dtype='float32', heads=sites[0]['heads'], sites=sites, refuse=[], decoys=0, tolerance=2e-5, outputTolerance=5e-4, outputsFrom='transformers', attentionFrom='transformers eager')
    with open(os.path.join(folder, 'golden.json'), 'w') as f: json.dump(doc, f, indent=1)
    print(name, [s['key'] for s in sites])


if __name__ == '__main__':
    for one in sys.argv[2:] or CASES: build(one, sys.argv[1])
