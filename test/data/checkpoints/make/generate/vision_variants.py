"""Options of the picture families that the other checkpoints leave at their defaults: very small models, random pixels.

    python vision_variants.py OUT [NAME,NAME]          (torch, transformers 5)

Attention and outputs only: hidden states and stages have other names in transformers 5. Swin: outputs only, as its list of attention has the last block
of each stage only.
"""
import json, os, pathlib, sys, zlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
import torch
import transformers as hf
from safetensors.torch import save_file

torch.set_grad_enabled(False)
torch.set_num_threads(1)

VIT = dict(hidden_size=20, num_hidden_layers=2, num_attention_heads=5, image_size=40, patch_size=8, layer_norm_eps=1e-6)
FEW = dict(num_labels=4)
TEXT = dict(vocab_size=61, hidden_size=20, num_hidden_layers=2, num_attention_heads=5, intermediate_size=27, max_position_embeddings=24, projection_dim=9, bos_token_id=58, eos_token_id=57, pad_token_id=1)
VISION = dict({k: v for k, v in VIT.items() if "eps" not in k}, intermediate_size=27, projection_dim=9, hidden_act="gelu")
DINO3 = dict({k: v for k, v in VIT.items()}, intermediate_size=27)

# name: class, configuration, shapes of the pictures of every case, further arguments
VARIANTS = {
    "swin-padded": ("SwinForImageClassification", dict(image_size=28, patch_size=4, embed_dim=16, depths=[2, 3], num_heads=[2, 4], window_size=3, mlp_ratio=1.5, qkv_bias=False, hidden_act="relu", **FEW), {"A": (2, 3, 28, 28), "B": (1, 3, 30, 46)}, {}),
    "swin-even": ("SwinModel", dict(image_size=[32, 48], patch_size=4, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4, mlp_ratio=2.0), {"A": (1, 3, 32, 48), "B": (2, 3, 36, 32)}, {}),
    "deit-classes": ("DeiTForImageClassification", dict(VIT, intermediate_size=27, qkv_bias=False, hidden_act="gelu_new", **FEW), {"A": (2, 3, 40, 40)}, {}),
    "vit-pooled": ("ViTModel", dict(VIT, intermediate_size=27, pooler_act="gelu", pooler_output_size=13, num_channels=1), {"A": (1, 1, 40, 40), "B": (1, 1, 24, 32)}, {"B": {"interpolate_pos_encoding": True}}),
    "dinov2-gated": ("Dinov2ForImageClassification", dict(VIT, mlp_ratio=3, use_swiglu_ffn=True, qkv_bias=False, **FEW), {"A": (1, 3, 40, 40), "B": (2, 3, 56, 24)}, {}),
    "dinov2_with_registers-classes": ("Dinov2WithRegistersForImageClassification", dict(VIT, mlp_ratio=2, num_register_tokens=2, **FEW), {"A": (1, 3, 40, 40), "B": (2, 3, 24, 16)}, {}),
    "dinov3_vit-gated": ("DINOv3ViTModel", dict(DINO3, use_gated_mlp=True, num_register_tokens=3, key_bias=True, mlp_bias=False, proj_bias=False, hidden_act="silu", rope_theta=50.0), {"A": (1, 3, 40, 40), "B": (2, 3, 16, 48)}, {}),
    "clip-vision": ("CLIPVisionModelWithProjection", VISION, {"A": (2, 3, 40, 40), "B": (1, 3, 48, 24)}, {"B": {"interpolate_pos_encoding": True}}),
    "clip-text": ("CLIPTextModelWithProjection", TEXT, {"A": (1, 9), "B": (2, 11)}, {}),
    "clip-classes": ("CLIPForImageClassification", dict(text_config=TEXT, vision_config=VISION, projection_dim=9, num_labels=4), {"A": (2, 3, 40, 40)}, {}),
}


def randomise(model, seed):
    """Weights N(0, 1/fan_in), queries and keys twice that, biases N(0, 1/16), gains 1 + N(0, 0.09), tables N(0, 1/4)."""
    g = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        r = torch.randn(p.shape, generator=g)
        leaf = name.rsplit(".", 1)[-1]
        if leaf == "logit_scale":
            continue
        if p.dim() == 1 and (leaf == "lambda1" or "norm" in name.split(".")[-2] or "layrnorm" in name) and leaf != "bias":
            p.copy_(1 + 0.3 * r)
        elif p.dim() == 1:
            p.copy_(0.25 * r)
        elif any(k in name for k in ("token", "position", "bias_table", "class_embedding")):
            p.copy_(0.5 * r)
        else:
            peaked = 2 if any(k in name for k in ("query", "key", "q_proj", "k_proj")) else 1
            p.copy_(peaked * r / p[0].numel() ** 0.5)


def inputs_of(kind, shape, seed):
    g = torch.Generator().manual_seed(seed)
    if len(shape) == 4:
        return {"pixel_values": torch.randn(shape, generator=g)}
    ids, mask = torch.randint(5, 57, shape, generator=g), torch.ones(shape, dtype=torch.long)
    ids[:, -1] = 57
    if shape[0] > 1:                                       # the first text ends earlier; larger ids than the end token's stand before it
        ids[0, 7:], mask[0, 8:], ids[0, 2] = 57, 0, 60
    return {"input_ids": ids, "attention_mask": mask}


def make(name, out):
    kind, config, shapes, flags = VARIANTS[name]
    cls = getattr(hf, kind)
    seed = zlib.crc32(name.encode()) % 1000
    cfg = cls.config_class(**config)
    cfg._attn_implementation = "eager"
    torch.manual_seed(seed)
    model = cls(cfg).eval().float()
    randomise(model, seed)
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    for extra in folder.glob("generation_config.json"):
        extra.unlink()
    golden = {}
    for n, (case, shape) in enumerate(shapes.items()):
        x = inputs_of(kind, shape, seed + n)
        golden |= {f"{case}/input/{k}": t for k, t in x.items()}
        o = model(**x, **flags.get(case, {}), output_attentions=True, return_dict=True)
        for k in ("logits", "last_hidden_state", "pooler_output", "image_embeds", "text_embeds"):
            if o.get(k) is not None:
                golden[f"{case}/output/{k}"] = o[k]
        if "swin" not in name:
            golden |= {f"{case}/attention/self/{i}": a for i, a in enumerate(o.attentions)}
    save_file({k: t.contiguous().clone() for k, t in golden.items()}, folder / "golden.safetensors")
    about = {"class": kind, "model_type": cfg.model_type, "seed": seed, "transformers": hf.__version__, "torch": torch.__version__}
    (folder / "golden.json").write_text(json.dumps(about))
    print(name, sum(f.stat().st_size for f in folder.iterdir()) // 1000, "kB", flush=True)


if __name__ == "__main__":
    for name in sys.argv[2].split(",") if len(sys.argv) > 2 else VARIANTS:
        make(name, pathlib.Path(sys.argv[1]))
