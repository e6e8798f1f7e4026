"""Metrics of real attention maps by other means: numpy and networkx, straight from the definitions. Writes ../maps.safetensors and ../metrics.json.

Needs numpy, networkx, onnx, onnxruntime, safetensors, tokenizers. Run in this folder, in a clone of the project: python make.py
The maps are those of the demonstration models as onnxruntime computes them: every Softmax of the graph is made an output.
"""
import json, pathlib
import networkx as nx, numpy as np, onnx, onnxruntime
from safetensors.numpy import save_file
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parents[3] / 'media' / 'models'
TEXTS = {'headlight-gpt': 'moon key drum leaf rope moon key drum leaf', 'headlight-bert': 'the dog near the dogs sleeps'}


def maps_of(model, ids):
    """[L, H, T, T]"""
    graph = onnx.load(MODELS / model / 'onnx' / 'model.onnx')
    names = [n.output[0] for n in graph.graph.node if n.op_type == 'Softmax']
    graph.graph.output.extend(onnx.helper.make_empty_tensor_value_info(n) for n in names)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=['CPUExecutionProvider'])
    row = np.array([ids], np.int64)
    fill = {'input_ids': row, 'attention_mask': np.ones_like(row), 'token_type_ids': np.zeros_like(row), 'position_ids': np.arange(len(ids))[None]}
    feeds = {i.name: fill[i.name] for i in session.get_inputs()}
    return np.concatenate(session.run(names, feeds))


def per_head(a, ids, special):
    """Each metric of one map [T, T], by its definition, in float64."""
    a = a.astype(np.float64); T = len(a); t = np.arange(T); gap = np.abs(t[:, None] - t)
    nan_mean = lambda x: float(np.mean(x)) if len(x) else None
    same = np.equal.outer(ids, ids) & (t[None] < t[:, None]) & ~special[:, None]
    follows = np.zeros((T, T), bool); follows[:, 1:] = same[:, :-1]; follows &= t[None] < t[:, None]
    spans = [next(r for r in range(T) if row[np.abs(t - i) <= r].sum() >= .9 * row.sum()) for i, row in enumerate(a)]
    with np.errstate(divide='ignore', invalid='ignore'):
        bits = np.where(a > 0, -a * np.log2(a), 0).sum(1)
    return {
        'entropy': float(bits.mean()),
        'distance': float(((a * gap).sum(1) / a.sum(1)).mean()),
        'previous-token': float(np.diagonal(a, -1).mean()),
        'next-token': float(np.diagonal(a, 1).mean()),
        'diagonal': float(np.diagonal(a).mean()),
        'first-token': float(a[1:, 0].mean()),
        'separator': float(a[:, 1:][:, special[1:]].sum(1).mean()) if special[1:].any() else None,
        'duplicate-token': nan_mean([(a[i] * same[i]).sum() for i in t if same[i].any()]),
        'induction': nan_mean([(a[i] * follows[i]).sum() for i in t if follows[i].any()]),
        'locality': float((a * (gap <= 2)).sum(1).mean()),
        'span': float(np.mean(spans)),
        'concentration': float(a.sum(0).max() / a.sum()),
    }


def residual(layer):
    a = .5 * layer.astype(np.float64).mean(0) + .5 * np.eye(layer.shape[-1])
    return a / a.sum(1, keepdims=True)


def rollout(maps):
    r = np.eye(maps.shape[-1]); rows = []
    for layer in maps: r = residual(layer) @ r; rows.append(r)
    return rows


def flow(maps, position):
    g = nx.DiGraph(); T = maps.shape[-1]
    for l, layer in enumerate(maps):
        a = residual(layer)
        for i in range(T):
            for j in range(T):
                if a[i, j] > 0: g.add_edge((l + 1, i), (l, j), capacity=float(a[i, j]))
    return [nx.maximum_flow_value(g, (len(maps), position), (0, s)) if g.has_node((0, s)) else 0. for s in range(T)]


tensors, result = {}, {}
rng = np.random.default_rng(5)
for model, text in TEXTS.items():
    encoding = Tokenizer.from_file(str(MODELS / model / 'tokenizer.json')).encode(text)
    ids, special = np.array(encoding.ids), np.array(encoding.special_tokens_mask, bool)
    maps = maps_of(model, encoding.ids)
    last = len(ids) - 1 if model == 'headlight-gpt' else 2
    tensors[f'{model}/maps'] = maps
    result[model] = {'text': text, 'ids': ids.tolist(), 'special': special.tolist(),
                     'heads': [[per_head(a, ids, special) for a in layer] for layer in maps],
                     'rollout': [r.tolist() for r in rollout(maps)], 'flow': {'position': int(last), 'values': flow(maps, last)}}
values, output = rng.standard_normal((7, 5)).astype(np.float32), rng.standard_normal((5, 11)).astype(np.float32)
tensors |= {'values': values, 'output': output}
result['valueNorms'] = np.linalg.norm(values.astype(np.float64) @ output.astype(np.float64), axis=1).tolist()
save_file(tensors, HERE.parent / 'maps.safetensors')
(HERE.parent / 'metrics.json').write_text(json.dumps(result) + '\n')
for m, r in result.items():
    if m in TEXTS: print(m, len(r['ids']), 'tokens; induction', max(h['induction'] or 0 for l in r['heads'] for h in l))
