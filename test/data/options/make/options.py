"""Tiny checkpoints of options that the golden checkpoints do not have, with outputs and attention of an eager run.

    python options.py OUT [CASE …]      needs torch, safetensors and transformers 4.57 or 5; a case that wants one of them is left out by the other
"""
import json, pathlib, re, sys
import torch, transformers as hf
from safetensors.torch import save_file

torch.set_grad_enabled(False)
V5 = int(hf.__version__.split(".")[0]) >= 5
NODROP = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
BERT = dict(vocab_size=24, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=9, max_position_embeddings=16, pad_token_id=1, **NODROP)
BART = dict(vocab_size=24, d_model=8, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=1, encoder_ffn_dim=9, decoder_ffn_dim=7, max_position_embeddings=14,
            dropout=0.0, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, num_labels=3)
LLAMA = dict(vocab_size=24, hidden_size=8, intermediate_size=9, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=16, pad_token_id=0)
GPT = dict(vocab_size=24, n_positions=14, n_embd=8, n_layer=2, n_head=2, pad_token_id=1, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
T5 = dict(vocab_size=24, d_model=8, d_kv=4, d_ff=9, num_layers=1, num_decoder_layers=1, num_heads=2, relative_attention_num_buckets=8, relative_attention_max_distance=10, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, num_labels=3, dropout_rate=0.0)
XLNET = dict(vocab_size=24, d_model=8, n_layer=1, n_head=2, d_inner=9, dropout=0.0, pad_token_id=5, num_labels=2)

# name: class, configuration, inputs, which transformers
CASES = {
    "albert-order": ("AlbertForPreTraining", dict(BERT, embedding_size=5, num_labels=3), "text", None),
    "bert-laplace": ("BertModel", dict(BERT, hidden_act="laplace"), "text", None),
    "bert-leaky-relu": ("BertModel", dict(BERT, hidden_act="leaky_relu"), "text", None),
    "bert-gelu-10": ("BertModel", dict(BERT, hidden_act="gelu_10"), "text", None),
    "ctrl-epsilon": ("CTRLModel", dict(GPT, dff=9, layer_norm_epsilon=0.05), "text", None),
    "deberta-short": ("DebertaV2Model", dict(BERT, relative_attention=True, position_buckets=24, max_relative_positions=5, pos_att_type=["c2p", "p2c"], type_vocab_size=0), "text", None),
    "gemma3-both-ways": ("Gemma3TextModel", dict(LLAMA, head_dim=4, query_pre_attn_scalar=4, sliding_window=4, layer_types=["sliding_attention", "full_attention"], use_bidirectional_attention=True), "text", None),
    "gpt2-left": ("GPT2LMHeadModel", GPT, "left", None),
    "gpt-neox-odd": ("GPTNeoXForCausalLM", dict(LLAMA, hidden_size=20, rotary_pct=0.5), "text", 5),
    "marian-own-tables": ("MarianModel", dict(BART, tie_word_embeddings=False), "pair", 5),
    "mbart-answers": ("MBartForQuestionAnswering", dict(BART, num_labels=2), "text", None),
    "mbart-decoder": ("MBartForCausalLM", BART, "text", None),
    "opt-plain-norms": ("OPTForCausalLM", dict(vocab_size=24, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, ffn_dim=9, max_position_embeddings=14, word_embed_proj_dim=8, pad_token_id=1, dropout=0.0, layer_norm_elementwise_affine=False), "text", None),
    "qwen2-answers": ("Qwen2ForQuestionAnswering", dict(LLAMA, num_labels=2), "text", None),
    "t5-classes": ("T5ForSequenceClassification", T5, "ended", None),
    "t5-tokens": ("T5ForTokenClassification", T5, "text", None),
    "t5-tied-unscaled": ("T5ForConditionalGeneration", dict(T5, tie_word_embeddings=False), "pair", 5),
    "whisper-classes": ("WhisperForAudioClassification", dict(BART, num_mel_bins=4, max_source_positions=5, max_target_positions=6, classifier_proj_size=5, use_weighted_layer_sum=True, scale_embedding=True), "sound", None),
    "xlm-roberta-untied": ("XLMRobertaForMaskedLM", dict(BERT, tie_word_embeddings=False), "text", 5),
    "xlnet-answers": ("XLNetForQuestionAnsweringSimple", XLNET, "text", None),
    "xlnet-mean": ("XLNetForSequenceClassification", dict(XLNET, summary_type="mean", summary_use_proj=False), "text", None),
}


def randomise(model):
    g = torch.Generator().manual_seed(7)
    for name, p in model.named_parameters():
        if re.search(r"norm|ln_", name.lower()) and name.endswith("weight") and "gemma" not in model.config.model_type:
            p.copy_(1 + 0.3 * torch.randn(p.shape, generator=g))
        elif not name.endswith("embed_positions.weight"):
            p.copy_((0.5 if p.dim() > 1 else 0.3) * torch.randn(p.shape, generator=g))
    model.tie_weights()


def inputs(kind, config):
    g = torch.Generator().manual_seed(3)
    if kind == "sound":
        return {"input_features": torch.randn(1, config.num_mel_bins, 2 * config.max_source_positions, generator=g)}
    ids = torch.randint(6, 24, (2, 9), generator=g)
    mask = torch.ones_like(ids)
    padded = slice(0, 3) if kind == "left" else slice(6, 9)
    ids[1, padded], mask[1, padded] = config.pad_token_id, 0
    if kind == "ended":
        ids[0, 8] = ids[1, 5] = config.eos_token_id
    x = {"input_ids": ids, "attention_mask": mask}
    return {**x, "decoder_input_ids": torch.randint(6, 24, (2, 4), generator=g)} if kind == "pair" else x


def make(folder, cls, options, kind):
    C = getattr(hf, cls)
    config = C.config_class(**options)
    config._attn_implementation = "eager"
    model = C(config).eval()
    randomise(model)
    model.half().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = C.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    x = inputs(kind, model.config)
    out = model(**x, output_attentions=True)
    golden = {f"A/input/{k}": v for k, v in x.items()}
    golden |= {f"A/output/{k}": v for k, v in out.items() if torch.is_tensor(v)}
    for key, name in (("attentions", "self"), ("encoder_attentions", "self"), ("decoder_attentions", "decoder"), ("cross_attentions", "cross")):
        golden |= {f"A/attention/{name}/{i}": a for i, a in enumerate(out.get(key) or [])}
    save_file({k: v.contiguous().clone() for k, v in golden.items()}, str(folder / "golden.safetensors"))
    print(folder.name, sum(f.stat().st_size for f in folder.iterdir()))


out = pathlib.Path(sys.argv[1])
for name, (cls, options, kind, version) in CASES.items():
    if (len(sys.argv) < 3 or name in sys.argv[2:]) and version in (None, 5 if V5 else 4):
        make(out / name, cls, options, kind)
