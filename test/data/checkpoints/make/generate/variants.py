"""Options of the text families that the other checkpoints leave at their defaults: very small models, random ids, no tokenizer.

    python variants.py --args args.json --out ..  [--only NAME,NAME]

Attention, hidden states and outputs only. Falcon with ALiBi is computed with scaled_dot_product_attention: the eager path of the library adds
the bias twice. Its attention weights, which that path does not give, are left out.
"""
import zlib
from common import *
import transformers as hf

# transformers 4.57 calls tensor.type_as(dtype=...) in Transformer-XL, which torch has never had; this is what it means
plain_type_as = torch.Tensor.type_as
torch.Tensor.type_as = lambda self, other=None, dtype=None: self.to(dtype) if dtype is not None else plain_type_as(self, other)

V, D, H, F, P = 61, 20, 5, 27, 24
BERT = dict(vocab_size=V, hidden_size=D, num_hidden_layers=2, num_attention_heads=H, intermediate_size=F, max_position_embeddings=P, pad_token_id=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
GPT = dict(vocab_size=V, hidden_size=D, num_hidden_layers=2, num_attention_heads=H, max_position_embeddings=P, bos_token_id=2, eos_token_id=2, hidden_dropout=0.0, attention_dropout=0.0)
XL = dict(vocab_size=V, d_model=D, n_head=H, d_head=6, d_inner=F, n_layer=2, mem_len=4, clamp_len=5, cutoffs=[11, 30], dropout=0.0, dropatt=0.0)
XLNET = dict(vocab_size=V, d_model=D, n_layer=2, n_head=H, d_inner=F, dropout=0.0)
DEBERTA = dict(BERT, type_vocab_size=0, relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=4, num_labels=3, pooler_dropout=0.0)

VARIANTS = {
    "roberta-relative": ("RobertaForTokenClassification", "right", dict(BERT, position_embedding_type="relative_key_query", type_vocab_size=2, hidden_act="relu", num_labels=3)),
    "electra-generator": ("ElectraForMaskedLM", "right", dict(BERT, embedding_size=D, hidden_act="silu")),
    "distilbert-classes": ("DistilBertForSequenceClassification", "right", dict(vocab_size=V, dim=D, n_layers=2, n_heads=H, hidden_dim=F, max_position_embeddings=P, activation="relu", dropout=0.0, attention_dropout=0.0, num_labels=3)),
    "albert-groups": ("AlbertForSequenceClassification", "right", dict(BERT, embedding_size=14, num_hidden_layers=4, num_hidden_groups=2, inner_group_num=2, hidden_act="gelu", num_labels=3)),
    "modernbert-options": ("ModernBertForSequenceClassification", "right", dict({k: v for k, v in BERT.items() if "dropout" not in k}, cls_token_id=3, sep_token_id=4, bos_token_id=3, eos_token_id=4, num_hidden_layers=3, global_attn_every_n_layers=3, local_attention=6, norm_bias=True, attention_bias=True,
                           mlp_bias=True, classifier_bias=True, classifier_pooling="mean", hidden_activation="gelu_pytorch_tanh", classifier_activation="silu", local_rope_theta=None, num_labels=3, attention_dropout=0.0, mlp_dropout=0.0, embedding_dropout=0.0)),
    "deberta-v2-own-keys": ("DebertaV2ForMaskedLM", "right", dict(DEBERTA, share_att_key=False, pos_att_type="c2p|p2c", position_biased_input=True, type_vocab_size=2, embedding_size=14)),
    "deberta-v2-convolution": ("DebertaV2ForSequenceClassification", "right", dict(DEBERTA, pos_att_type=["c2p"], share_att_key=True, position_buckets=-1, max_relative_positions=6, norm_rel_ebd="none", conv_kernel_size=3, conv_groups=2, conv_act="gelu", pooler_hidden_act="tanh", position_biased_input=False)),
    "gpt_neox-sequential": ("GPTNeoXForCausalLM", "left", dict(GPT, intermediate_size=F, use_parallel_residual=False, rotary_pct=1.0, attention_bias=False, tie_word_embeddings=True, rope_scaling={"rope_type": "linear", "factor": 2.0})),
    "gpt_neox-yarn": ("GPTNeoXForCausalLM", "left", dict(GPT, hidden_size=D * 2, intermediate_size=F, rotary_pct=0.5, rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8})),
    "bloom-residual": ("BloomForCausalLM", "left", dict(vocab_size=V, hidden_size=D, n_layer=2, n_head=H, apply_residual_connection_post_layernorm=True, tie_word_embeddings=False, hidden_dropout=0.0, attention_dropout=0.0)),
    "opt-post-norm": ("OPTForCausalLM", "left", dict(vocab_size=V, hidden_size=D, word_embed_proj_dim=D, num_hidden_layers=2, num_attention_heads=H, ffn_dim=F, max_position_embeddings=P, do_layer_norm_before=False, enable_bias=False, activation_function="gelu", dropout=0.0, attention_dropout=0.0)),
    "falcon-sequential": ("FalconForCausalLM", "left", dict(GPT, multi_query=False, parallel_attn=False, bias=True, alibi=False, rope_theta=500.0)),
    "falcon-one-norm": ("FalconForCausalLM", "left", dict(GPT, hidden_size=24, num_attention_heads=6, num_kv_heads=2, new_decoder_architecture=True, num_ln_in_parallel_attn=1, bias=False, alibi=False, ffn_hidden_size=29, activation="relu")),
    "falcon-alibi": ("FalconForCausalLM", "sdpa", dict(GPT, multi_query=False, parallel_attn=False, bias=True, alibi=True)),
    "mpt-clipped": ("MptForSequenceClassification", "right", dict(vocab_size=V, d_model=D, n_heads=H, n_layers=2, max_seq_len=P, pad_token_id=1, num_labels=3, attn_config={"alibi": True, "softmax_scale": 0.3, "clip_qkv": 0.9, "attn_pdrop": 0})),
    "xlnet-clamped": ("XLNetForSequenceClassification", "xlnet", dict(XLNET, clamp_len=4, ff_activation="relu", num_labels=3)),
    "transfo-xl-one-table": ("TransfoXLLMHeadModel", "segments", dict(XL, div_val=1, d_embed=12, same_length=False, pre_lnorm=True)),
    "transfo-xl-untied": ("TransfoXLLMHeadModel", "segments", dict(XL, div_val=2, d_embed=24, proj_share_all_but_first=False, tie_word_embeddings=False, clamp_len=-1)),
}


def ids_of(rows, seed):
    """Random ids that are neither special nor padding."""
    return torch.randint(5, V, rows, generator=torch.Generator().manual_seed(seed))


def padded(side, seed):
    """Two texts, the first three tokens shorter."""
    ids, mask = ids_of((2, 11), seed), torch.ones(2, 11, dtype=torch.long)
    short = slice(0, 3) if side == "left" else slice(8, 11)
    ids[0, short], mask[0, short] = 1, 0
    return {"input_ids": ids, "attention_mask": mask}


def cases(kind, model, seed):
    one = ids_of((1, 9), seed)
    if kind == "segments":
        return {"A": {"input_ids": ids_of((2, 7), seed)}, "B": {"input_ids": ids_of((2, 6), seed + 1)}}
    x = {"A": {"input_ids": one, "attention_mask": torch.ones_like(one)}, "B": padded("right" if kind == "right" else "left", seed + 1)}
    if kind == "xlnet":
        for y in x.values():
            y["token_type_ids"] = (torch.arange(y["input_ids"].shape[1]) > 4).long().expand_as(y["input_ids"]).contiguous()
    if model.config.model_type in ("gpt_neox", "falcon"):
        x["B"]["position_ids"] = (x["B"]["attention_mask"].cumsum(-1) - 1).clamp(min=0)
    return x


def put(g, p, o):
    for k in ("logits", "prediction_scores", "last_hidden_state"):
        if o.get(k) is not None:
            g.put(f"{p}/output/{'logits' if k == 'prediction_scores' else k}", o[k], k)
    for key, name in (("attentions", "attention/self"), ("hidden_states", "hidden")):
        for i, t in enumerate(o.get(key) or ()):
            if t is not None:
                g.put(f"{p}/{name}/{i}", t, f"{key}[{i}] as HF returns it")


def make(name, spec, out):
    cls, kind, config = VARIANTS[name]
    seed = spec["seed"] * 1000 + zlib.crc32(name.encode()) % 1000
    cls = getattr(hf, cls)
    cfg = cls.config_class(**config)
    cfg._attn_implementation = "sdpa" if kind == "sdpa" else "eager"
    torch.manual_seed(seed)
    model = cls(cfg).eval().float()
    randomise(model, seed)
    model.tie_weights()
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    g = Golden(folder, family=name, model_type=cfg.model_type, **{"class": cls.__name__}, seed=seed, notes="options that the other checkpoints leave at their defaults; random ids", versions=versions("transformers"))
    mems = None
    for p, x in cases(kind, model, seed).items():
        for k, t in x.items():
            g.put(f"{p}/input/{k}", t, "given to the model")
        for i, m in enumerate(mems or ()):
            g.put(f"{p}/input/mems/{i}", m, "memory given to the model [mem, B, D], output of case A")
        o = model(**x, **({"mems": mems} if mems else {}), output_attentions=kind != "sdpa", output_hidden_states=True, return_dict=True)
        put(g, p, o)
        if kind == "segments":
            mems = o.mems
            for i, m in enumerate(mems):
                g.put(f"{p}/output/mems/{i}", m, "memory for the next segment")
    g.write()
    print(name, sum(x.stat().st_size for x in folder.iterdir()) // 1000, "kB", flush=True)


if __name__ == "__main__":
    spec, out, only = arguments()
    for name in only or VARIANTS:
        make(name, spec, out)
