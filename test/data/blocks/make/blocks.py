"""Golden values of blocks that no checkpoint has, computed with torch.nn:

    python test/data/blocks/make/blocks.py

Writes test/data/blocks/<topic>.safetensors: weights under the names that the block reads, inputs as `input/…`, results as `output/…`.
Experts, edges of the graph and words to copy are gone through one by one, so that no matrix of a mask or of indices is shared with what is tested.
"""
import json, pathlib, struct
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent.parent
TYPES = {torch.float32: "F32", torch.int64: "I64"}
torch.set_grad_enabled(False)


def write(topic, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.contiguous().numpy().tobytes()
        header[name] = {"dtype": TYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    (HERE / f"{topic}.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + data)
    print(topic, len(head) + len(data))


def seeded(seed, module):
    g = torch.Generator().manual_seed(seed)
    for p in module.parameters():
        p.copy_(torch.randn(p.shape, generator=g) * (0.4 if p.dim() > 1 else 0.2))
    return module.eval()


def mixture():
    """Mixtral: softmax over all experts, the k largest, renormalised; experts are gated feed-forwards. Qwen2-MoE leaves out the renormalisation."""
    D, inner, experts, k = 6, 11, 5, 2
    gate = seeded(2, nn.Linear(D, experts, bias=False))
    shapes = {"w1": (D, inner), "w3": (D, inner), "w2": (inner, D)}
    parts = [{n: seeded(10 * e + i, nn.Linear(*s, bias=False)) for i, (n, s) in enumerate(shapes.items())} for e in range(experts)]
    x = torch.randn(2, 7, D, generator=torch.Generator().manual_seed(1))
    t = {"gate.weight": gate.weight, "input/x": x}
    for e, part in enumerate(parts):
        t |= {f"experts.{e}.{n}.weight": m.weight for n, m in part.items()}
    flat = x.reshape(-1, D)
    logits = gate(flat)
    for name, renormalise in (("renormalised", True), ("plain", False)):
        w, i = logits.softmax(-1).topk(k, -1)
        if renormalise:
            w = w / w.sum(-1, keepdim=True)
        y = torch.zeros_like(flat)
        for token in range(flat.shape[0]):
            for weight, e in zip(w[token], i[token]):
                m = parts[int(e)]
                y[token] += weight * m["w2"](F.silu(m["w1"](flat[token])) * m["w3"](flat[token]))
        t[f"output/{name}"] = y.reshape(x.shape)
    t["output/logits"] = logits.reshape(2, 7, experts)
    write("mixture-of-experts", t)


def pooling():
    """Additive pooling with padding; and a learned query that attends to the sequence by nn.MultiheadAttention."""
    D, H = 6, 3
    g = torch.Generator().manual_seed(3)
    x = torch.randn(2, 7, D, generator=g)
    mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3])
    dense, score = seeded(4, nn.Linear(D, 5)), seeded(5, nn.Linear(5, 1, bias=False))
    w = score(torch.tanh(dense(x))).squeeze(-1).masked_fill(mask == 0, float("-inf")).softmax(-1)
    mha = seeded(6, nn.MultiheadAttention(D, H, batch_first=True))
    probe = torch.randn(1, 1, D, generator=g)
    y, weights = mha(probe.expand(2, -1, -1), x, x, key_padding_mask=mask == 0, average_attn_weights=False)
    t = {"dense.weight": dense.weight, "dense.bias": dense.bias, "score.weight": score.weight, "probe": probe}
    t |= {f"attention.{n}": p for n, p in mha.state_dict().items()}
    t |= {"input/x": x, "input/mask": mask, "output/weights": w, "output/pooled": torch.einsum("bt,btd->bd", w, x)}
    write("attention-pooling", t | {"output/probe": y[:, 0], "output/probe_weights": weights})


def graph():
    """Graph attention (Veličković et al. 2018, equations 1 to 6), edge by edge; node 5 sees itself only."""
    N, D, H, d = 6, 5, 3, 4
    g = torch.Generator().manual_seed(7)
    x = torch.randn(1, N, D, generator=g)
    edges = torch.tensor([(0, 1), (1, 0), (1, 2), (2, 1), (3, 2), (3, 4), (4, 0)])
    adjacency = torch.eye(N, dtype=torch.int64)
    adjacency[edges[:, 0], edges[:, 1]] = 1
    lin = seeded(8, nn.Linear(D, H * d, bias=False))
    a = torch.randn(2, H, d, generator=g)
    h = lin(x[0]).view(N, H, d)
    weights, out = torch.zeros(1, H, N, N), torch.zeros(1, N, H, d)
    for head in range(H):
        for i in range(N):
            seen = [j for j in range(N) if adjacency[i, j]]
            e = torch.stack([F.leaky_relu(a[0, head] @ h[i, head] + a[1, head] @ h[j, head], 0.2) for j in seen]).softmax(0)
            for j, w in zip(seen, e):
                weights[0, head, i, j] = w
                out[0, i, head] += w * h[j, head]
    write("graph-attention", {"linear.weight": lin.weight, "attention_source": a[0], "attention_target": a[1], "input/x": x, "input/adjacency": adjacency[None],
                              "output/weights": weights, "output/joined": F.elu(out.reshape(1, N, H * d)), "output/mean": out.mean(2)})


def pointer():
    """Pointer-generator (See et al. 2017, equations 1, 2, 8, 9), word by word; the vocabulary is extended by words that only the source has."""
    B, T, S, D, V, extra = 2, 3, 5, 6, 9, 2
    g = torch.Generator().manual_seed(9)
    state, source, given, logits = (torch.randn(*s, generator=g) for s in ((B, T, D), (B, S, D), (B, T, 4), (B, T, V)))
    ids = torch.tensor([[3, 9, 3, 0, 10], [1, 1, 8, 9, 0]])
    mask = torch.tensor([[1] * 5, [1] * 4 + [0]])
    wq, wk, v = seeded(10, nn.Linear(D, 5, bias=False)), seeded(11, nn.Linear(D, 5)), seeded(12, nn.Linear(5, 1, bias=False))
    scores = v(torch.tanh(wq(state)[:, :, None] + wk(source)[:, None])).squeeze(-1).masked_fill(mask[:, None] == 0, float("-inf"))
    weights = scores.softmax(-1)
    context = weights @ source
    gate = seeded(13, nn.Linear(D + D + 4, 1))
    p_gen = torch.sigmoid(gate(torch.cat([context, state, given], -1)))
    p = torch.cat([p_gen * logits.softmax(-1), torch.zeros(B, T, extra)], -1)
    for b in range(B):
        for step in range(T):
            for place, word in enumerate(ids[b]):
                p[b, step, word] += (1 - p_gen[b, step, 0]) * weights[b, step, place]
    assert torch.allclose(p.sum(-1), torch.ones(B, T))
    write("pointer-attention", {"query.weight": wq.weight, "key.weight": wk.weight, "key.bias": wk.bias, "score.weight": v.weight, "generate.weight": gate.weight,
                                "generate.bias": gate.bias, "input/state": state, "input/source": source, "input/given": given, "input/logits": logits, "input/ids": ids,
                                "input/mask": mask, "output/weights": weights, "output/context": context, "output/p_gen": p_gen, "output/probabilities": p})


def autoencoder():
    """A dense autoencoder, and a variational one whose noise is given."""
    code = 4
    enc = nn.Sequential(seeded(20, nn.Linear(12, 9)), nn.ReLU(), seeded(22, nn.Linear(9, code)))
    dec = nn.Sequential(seeded(25, nn.Linear(code, 9)), nn.ReLU(), seeded(27, nn.Linear(9, 12)), nn.Sigmoid())
    mean, logvar = seeded(40, nn.Linear(9, code)), seeded(41, nn.Linear(9, code))
    g = torch.Generator().manual_seed(21)
    x, noise = torch.rand(3, 12, generator=g), torch.randn(3, code, generator=g)
    z, h = enc(x), enc[:2](x)
    m, lv = mean(h), logvar(h)
    normal = torch.distributions.Normal
    divergence = torch.distributions.kl_divergence(normal(m, torch.exp(0.5 * lv)), normal(0.0, 1.0)).sum(-1)
    named = (("encoder", enc), ("decoder", dec), ("mean", mean), ("log_variance", logvar))
    t = {f"{n}.{k}": p for n, part in named for k, p in part.state_dict().items()}
    t |= {"input/x": x, "input/noise": noise, "output/code": z, "output/x": dec(z), "output/mean": m, "output/log_variance": lv}
    write("autoencoder", t | {"output/variational": dec(m + torch.exp(0.5 * lv) * noise), "output/divergence": divergence})


def gan():
    """DCGAN in small: transposed convolutions, batch norms, tanh; and convolutions, LeakyReLU 0.2, one logit."""
    z, c = 5, 3
    up = lambda *a: nn.ConvTranspose2d(*a, bias=False)
    down = lambda *a: nn.Conv2d(*a, bias=False)
    gen = nn.Sequential(up(z, 8, 4, 1, 0), nn.BatchNorm2d(8), nn.ReLU(), up(8, 6, 4, 2, 1), nn.BatchNorm2d(6), nn.ReLU(), up(6, c, 4, 2, 1), nn.Tanh()).eval()
    dis = nn.Sequential(down(c, 6, 4, 2, 1), nn.LeakyReLU(0.2), down(6, 8, 4, 2, 1), nn.BatchNorm2d(8), nn.LeakyReLU(0.2), down(8, 1, 4, 1, 0)).eval()
    g = torch.Generator().manual_seed(30)
    for m in (*gen, *dis):
        for n, p in (*m.named_parameters(), *((n, b) for n, b in m.named_buffers() if b.dtype == torch.float32)):
            r = torch.randn(p.shape, generator=g)
            p.copy_(1 + r.abs() * 0.5 if n == "running_var" else (1 if "weight" in n and p.dim() == 1 else 0) + 0.3 * r)
    noise = torch.randn(2, z, 1, 1, generator=g)
    picture = gen(noise)
    t = {f"{n}.{k}": p for n, part in (("generator", gen), ("discriminator", dis)) for k, p in part.state_dict().items() if "num_batches" not in k}
    write("gan", t | {"input/noise": noise, "output/picture": picture, "output/logit": dis(picture).reshape(-1)})


for make in (mixture, pooling, graph, pointer, autoencoder, gan):
    make()
