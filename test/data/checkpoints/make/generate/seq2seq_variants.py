"""Classes and options of the encoder-decoders that the other checkpoints leave out: very small models, random ids, no tokenizer.

    python seq2seq_variants.py --args args.json --out ..  [--only NAME,NAME]

Attention, hidden states and outputs only.
"""
import zlib
from common import *
import transformers as hf

V, D, F, P = 61, 20, 27, 24
T5 = dict(vocab_size=V, d_model=D, d_kv=6, d_ff=F, num_layers=2, num_heads=3, relative_attention_num_buckets=6, relative_attention_max_distance=9, dropout_rate=0.0, decoder_start_token_id=0)
BART = dict(vocab_size=V, d_model=D, encoder_layers=2, decoder_layers=1, encoder_attention_heads=4, decoder_attention_heads=5, encoder_ffn_dim=F, decoder_ffn_dim=F + 4, max_position_embeddings=P,
            dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2)
WHISPER = {k: v for k, v in BART.items() if k != "max_position_embeddings"}

VARIANTS = {
    "t5-encoder": ("T5EncoderModel", dict(T5, feed_forward_proj="gated-silu")),
    "mt5": ("MT5ForConditionalGeneration", dict(T5, feed_forward_proj="gated-gelu", tie_word_embeddings=False, num_decoder_layers=1)),
    "t5-model": ("T5Model", dict(T5, feed_forward_proj="gelu")),
    "bart-classes": ("BartForSequenceClassification", dict(BART, scale_embedding=True, activation_function="relu", num_labels=3)),
    "bart-answers": ("BartForQuestionAnswering", dict(BART, activation_function="gelu_new", num_labels=2)),
    "mbart-model": ("MBartModel", dict(BART, scale_embedding=False, activation_function="silu")),
    "marian-two-tables": ("MarianMTModel", dict(BART, decoder_vocab_size=V, share_encoder_decoder_embeddings=False, scale_embedding=False, activation_function="relu", tie_word_embeddings=True)),
    "whisper-model": ("WhisperModel", dict(WHISPER, num_mel_bins=7, max_source_positions=9, max_target_positions=P, activation_function="relu")),
}


def ids_of(rows, seed, size=V):
    """Random ids that are neither special nor padding."""
    return torch.randint(5, size, rows, generator=torch.Generator().manual_seed(seed))


def cases(name, cls, cfg, seed):
    """A: one text of each side. B: two, the second of each side shorter; those of classifiers end with </s>."""
    target = getattr(cfg, "decoder_vocab_size", None) or V
    if cfg.model_type == "whisper":
        g = torch.Generator().manual_seed(seed)
        return {p: {"input_features": torch.randn(n, cfg.num_mel_bins, 2 * cfg.max_source_positions, generator=g), "decoder_input_ids": ids_of((n, 6 + n), seed + n)} for p, n in (("A", 1), ("B", 2))}
    pad, alone = cfg.pad_token_id, "Encoder" in cls or "Classification" in cls or "Answering" in cls
    out = {}
    for p, n in (("A", 1), ("B", 2)):
        ids = ids_of((n, 8 + n), seed + n); mask = torch.ones_like(ids)
        if "Classification" in cls:
            ids[:, -1] = cfg.eos_token_id
        if n == 2:
            ids[1, -3:], mask[1, -3:] = pad, 0
            if "Classification" in cls:
                ids[1, -4] = cfg.eos_token_id
        out[p] = {"input_ids": ids, "attention_mask": mask}
        if not alone:
            d = ids_of((n, 6), seed + 7 + n, target); d[:, 0] = cfg.decoder_start_token_id
            out[p]["decoder_input_ids"] = d
            if n == 2:
                m = torch.ones_like(d); d[0, -2:], m[0, -2:] = pad, 0
                out[p]["decoder_attention_mask"] = m
    return out


def put(g, p, o):
    for k in ("logits", "start_logits", "end_logits", "last_hidden_state", "encoder_last_hidden_state"):
        if o.get(k) is not None:
            g.put(f"{p}/output/{k}", o[k], k)
    groups = [("attentions", "attention/self"), ("hidden_states", "hidden"), ("encoder_attentions", "attention/self"), ("decoder_attentions", "attention/decoder"), ("cross_attentions", "attention/cross"),
              ("encoder_hidden_states", "hidden/encoder"), ("decoder_hidden_states", "hidden/decoder")]
    for key, name in groups:
        for i, t in enumerate(o.get(key) or ()):
            g.put(f"{p}/{name}/{i}", t, f"{key}[{i}] as HF returns it")


def make(name, spec, out):
    cls, config = VARIANTS[name]
    seed = spec["seed"] * 1000 + zlib.crc32(name.encode()) % 1000
    model_class = getattr(hf, cls)
    cfg = model_class.config_class(**config)
    cfg._attn_implementation = "eager"
    torch.manual_seed(seed)
    model = model_class(cfg).eval().float()
    randomise(model, seed)
    model.tie_weights()
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    g = Golden(folder, family=name, model_type=cfg.model_type, **{"class": cls}, seed=seed, notes="classes and options that the other checkpoints leave out; random ids", versions=versions("transformers"))
    for p, x in cases(name, cls, cfg, seed).items():
        for k, t in x.items():
            g.put(f"{p}/input/{k}", t, "given to the model")
        put(g, p, model(**x, output_attentions=True, output_hidden_states=True, return_dict=True))
    g.write()
    print(name, sum(x.stat().st_size for x in folder.iterdir()) // 1000, "kB", flush=True)


if __name__ == "__main__":
    spec, out, only = arguments()
    for name in only or VARIANTS:
        make(name, spec, out)
