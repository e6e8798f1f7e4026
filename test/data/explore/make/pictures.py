"""What NumPy says of heads as matrices, of neighbours in embedding tables and of position tables, for checkpoints that lie in this repository.

    python make/pictures.py        needs numpy; test/data/checkpoints unpacked (node test/tools/packs.mjs)

Writes pictures.json. The layout of every family's projections is written down here by hand, from the architecture's own code.
"""

import json
import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent.parent
rng = np.random.default_rng(3)


def read(folder):
    tensors = {}
    for path in sorted(folder.glob("model*.safetensors")):
        data = path.read_bytes()
        length = struct.unpack("<Q", data[:8])[0]
        for name, entry in json.loads(data[8 : 8 + length]).items():
            if name == "__metadata__":
                continue
            start, end = entry["data_offsets"]
            assert entry["dtype"] == "F32", entry
            raw = np.frombuffer(data[8 + length + start : 8 + length + end], np.float32)
            tensors[name] = raw.reshape(entry["shape"]).astype(np.float64)
    return tensors


def find(tensors, end):
    return next(v for k, v in tensors.items() if k.endswith(end))


def split_bert(t, c, layer, h):
    at = f"encoder.layer.{layer}.attention."
    d = c["hidden_size"] // c["num_attention_heads"]
    rows = slice(h * d, (h + 1) * d)
    q, k, v = (find(t, f"{at}self.{n}.weight")[rows].T for n in ("query", "key", "value"))
    return q, k, v, find(t, f"{at}output.dense.weight")[:, rows].T


def split_gpt2(t, c, layer, h):
    D, d = c["n_embd"], c["n_embd"] // c["n_head"]
    w = find(t, f"h.{layer}.attn.c_attn.weight")
    q, k, v = (w[:, p * D + h * d : p * D + (h + 1) * d] for p in range(3))
    return q, k, v, find(t, f"h.{layer}.attn.c_proj.weight")[h * d : (h + 1) * d]


def split_llama(t, c, layer, h):
    H, G = c["num_attention_heads"], c["num_key_value_heads"]
    d = c.get("head_dim") or c["hidden_size"] // H
    at = f"layers.{layer}.self_attn."
    rows, shared = slice(h * d, (h + 1) * d), slice(h // (H // G) * d, (h // (H // G) + 1) * d)
    q = find(t, f"{at}q_proj.weight")[rows].T
    k, v = (find(t, f"{at}{n}_proj.weight")[shared].T for n in "kv")
    return q, k, v, find(t, f"{at}o_proj.weight")[:, rows].T


def split_mixed(packed, out):
    """Queries, keys and values of a head stand side by side in one projection."""

    def split(t, c, layer, h):
        H = c.get("num_attention_heads") or c["n_head"]
        w = find(t, packed.format(layer))
        d = w.shape[0] // (3 * H)
        q, k, v = (w.reshape(H, 3, d, -1)[h, p].T for p in range(3))
        return q, k, v, find(t, out.format(layer))[:, h * d : (h + 1) * d].T

    return split


def head(q, k, v, o):
    out = {}
    for name, m in (("scores", q @ k.T), ("outputs", v @ o)):
        cells = [[int(r), int(s)] for r, s in rng.integers(0, m.shape[0], (6, 2))]
        out[name] = {
            "shape": list(m.shape),
            "norm": float(np.linalg.norm(m)),
            "singular": [float(x) for x in np.linalg.svd(m, compute_uv=False)[: q.shape[1]]],
            "cells": [[r, s, float(m[r, s])] for r, s in cells],
        }
    return out


MODELS = {
    "media/models/headlight-bert": (split_bert, [(0, 0), (2, 3)]),
    "media/models/headlight-gpt": (split_gpt2, [(1, 2), (3, 0)]),
    "test/data/checkpoints/llama": (split_llama, [(0, 1), (1, 3)]),
    "test/data/checkpoints/gpt_neox": (
        split_mixed("layers.{}.attention.query_key_value.weight", "layers.{}.attention.dense.weight"),
        [(0, 1), (1, 0)],
    ),
    "test/data/checkpoints/bloom": (
        split_mixed("h.{}.self_attention.query_key_value.weight", "h.{}.self_attention.dense.weight"),
        [(0, 1), (1, 2)],
    ),
}


def neighbours(table, ids):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    out = {}
    for i in ids:
        cos = unit @ unit[i]
        cos[i] = -2
        nearest = np.argsort(-cos, kind="stable")[:5]
        out[i] = [[int(n), float(cos[n]), float(np.linalg.norm(table[n]))] for n in nearest]
    return out


expected = {}
for name, (split, heads) in MODELS.items():
    t, c = read(ROOT / name), json.loads((ROOT / name / "config.json").read_text())
    expected[name] = {f"{layer}/{h}": head(*split(t, c, layer, h)) for layer, h in heads}
bert = read(ROOT / "media/models/headlight-bert")
positions = find(bert, "position_embeddings.weight")
unit = positions / np.linalg.norm(positions, axis=1, keepdims=True)
cosine = unit @ unit.T
expected["neighbours"] = neighbours(find(bert, "word_embeddings.weight"), [5, 200, 1900])
expected["positions"] = [[r, s, float(cosine[r, s])] for r, s in ((0, 0), (0, 1), (3, 90), (127, 2), (64, 63))]
(HERE / "pictures.json").write_text(json.dumps(expected, indent=1) + "\n")
