"""Two checkpoints and a graph of the same small model, fine-tuned, and what NumPy says of every pair of tensors.

    python make/differences.py        needs numpy, ml_dtypes, onnx, onnxruntime

Writes diff/base, diff/tuned (other types, another beginning of names, more rows, NaN and infinities), diff/graph (weights with exchanged axes
under numbers for names, 8-bit and 4-bit weights) and diff/expected.json. De-quantised 4-bit weights are what onnxruntime multiplies with.
"""

import json
import struct
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent.parent / "diff"
rng = np.random.default_rng(11)
bf16 = ml_dtypes.bfloat16
normal = lambda *shape: rng.standard_normal(shape).astype(np.float32)
near = lambda values, size=0.01: values + normal(*values.shape) * np.float32(size)

BASE = {
    "embeddings.word.weight": normal(13, 6),
    "encoder.layer.0.query.weight": normal(6, 6),
    "encoder.layer.0.key.weight": normal(6, 6),
    "encoder.layer.0.up.weight": normal(10, 6),
    "encoder.layer.0.up.bias": normal(10),
    "encoder.layer.1.up.weight": normal(10, 6),
    "encoder.layer.1.down.weight": normal(6, 10),
    "encoder.layer.1.down.bias": normal(6),
    "encoder.layer.1.norm.weight": np.ones(6, np.float32),
    "pooler.weight": normal(6, 6),
    "steps": np.array([2**53 + 1, 3], np.int64),
}
TUNED = {
    "bert.embeddings.word.weight": np.concatenate([near(BASE["embeddings.word.weight"]), normal(3, 6)]),
    "bert.encoder.layer.0.query.weight": BASE["encoder.layer.0.query.weight"].astype(bf16),
    "bert.encoder.layer.0.key.weight": near(BASE["encoder.layer.0.key.weight"]).astype(np.float16),
    "bert.encoder.layer.0.up.weight": BASE["encoder.layer.0.up.weight"],
    "bert.encoder.layer.0.up.bias": near(BASE["encoder.layer.0.up.bias"]),
    "bert.encoder.layer.1.up.weight": near(BASE["encoder.layer.1.up.weight"], 0.5).astype(np.float64),
    "bert.encoder.layer.1.down.weight": near(BASE["encoder.layer.1.down.weight"]),
    "bert.encoder.layer.1.down.bias": normal(7),
    "bert.encoder.layer.1.norm.weight": np.ones(6, np.float32),
    "classifier.weight": normal(3, 6),
}
TUNED["bert.encoder.layer.1.down.weight"][0, 3] = np.nan
TUNED["bert.encoder.layer.1.down.weight"][5, 1] = np.inf
for side in (BASE["encoder.layer.0.up.bias"], TUNED["bert.encoder.layer.0.up.bias"]):
    side[2] = np.inf
TYPES = {"float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16", "int64": "I64"}


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, (dtype, values) in tensors.items():
        raw = values.tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def difference(base, other):
    a, b = (np.asarray(values).astype(np.float64).reshape(-1) for values in (base, other))
    fine = np.isfinite(a) & np.isfinite(b)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    d = b[fine] - a[fine]
    return {
        "delta": float(np.linalg.norm(d)),
        "baseNorm": float(np.linalg.norm(a[fine])),
        "otherNorm": float(np.linalg.norm(b[fine])),
        "largest": float(np.abs(d).max()),
        "cosine": float(a[fine] @ b[fine] / np.linalg.norm(a[fine]) / np.linalg.norm(b[fine])),
        "changed": int((~same).sum()),
        "count": int(a.size),
        "notFinite": int((~fine & ~same).sum()),
    }


def checkpoint(name, tensors, config):
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", {key: (TYPES[str(v.dtype)], v) for key, v in tensors.items()})
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def quantized_linear(values, axis):
    """One scale a column, as onnxruntime's quantizer names them."""
    scale = (np.abs(values).max(axis=1 - axis) / 127).astype(np.float32)
    wide = scale if axis == 1 else scale[:, None]
    zero = rng.integers(-3, 4, scale.shape).astype(np.int8)
    codes = np.clip(np.round(values / wide) + (zero if axis == 1 else zero[:, None]), -128, 127).astype(np.int8)
    weights = (codes.astype(np.float32) - (zero if axis == 1 else zero[:, None])) * wide
    return codes, scale, zero, weights


def graph():
    turned = {
        "onnx::MatMul_41": ("query", BASE["encoder.layer.0.query.weight"].T),
        "onnx::MatMul_42": ("key", near(BASE["encoder.layer.0.key.weight"]).T),
        "onnx::MatMul_43": ("up", BASE["encoder.layer.0.up.weight"].T),
    }
    stored, nodes, last = [], [], "x"
    for name, (module, values) in turned.items():
        stored.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        nodes.append(helper.make_node("MatMul", ["x", name], [f"{module}.y"], f"/encoder/layer.0/{module}/MatMul"))
    codes, scale, zero, eight = quantized_linear(BASE["encoder.layer.1.up.weight"].T, axis=1)
    for values, end in ((codes, "quantized"), (scale, "scale"), (zero, "zero_point")):
        stored.append(numpy_helper.from_array(np.ascontiguousarray(values), f"encoder.layer.1.up.weight_{end}"))
    nodes.append(
        helper.make_node(
            "DequantizeLinear",
            [f"encoder.layer.1.up.weight_{end}" for end in ("quantized", "scale", "zero_point")],
            ["up.w"],
            "/encoder/layer.1/up/DequantizeLinear",
            axis=1,
        )
    )
    nodes.append(helper.make_node("MatMul", ["x", "up.w"], ["up1.y"], "/encoder/layer.1/up/MatMul"))
    # [6, 10] in blocks of 16: one block a row.
    packed = rng.integers(0, 256, (6, 1, 8)).astype(np.uint8)
    scales = normal(6)
    stored += [
        numpy_helper.from_array(packed, "onnx::MatMul_50_Q4"),
        numpy_helper.from_array(scales, "onnx::MatMul_50_scales"),
        numpy_helper.from_array(near(BASE["embeddings.word.weight"]), "embeddings.word.weight"),
        # A name that tells nothing, and no node that does: only the numbers say what it is.
        numpy_helper.from_array(BASE["pooler.weight"], "w_final"),
    ]
    nodes.append(
        helper.make_node(
            "MatMulNBits", ["long", "onnx::MatMul_50_Q4", "onnx::MatMul_50_scales"], ["down.y"], "/encoder/layer.1/down/MatMulNBits",
            domain="com.microsoft", K=10, N=6, bits=4, block_size=16,
        )
    )
    nodes.append(helper.make_node("Gather", ["embeddings.word.weight", "ids"], ["e"], "/embeddings/word/Gather"))
    nodes.append(helper.make_node("MatMul", ["x", "w_final"], ["f"], "last"))
    info = lambda name, shape, kind=TensorProto.FLOAT: helper.make_tensor_value_info(name, kind, shape)
    outputs = [n.output[0] for n in nodes if n.op_type != "DequantizeLinear"]
    made = helper.make_model(
        helper.make_graph(nodes, "g", [info("x", ["T", 6]), info("long", ["T", 10]), info("ids", ["T"], TensorProto.INT64)], [info(o, [f"{o}.rows", f"{o}.columns"]) for o in outputs], stored),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)],
        ir_version=9,
    )
    onnx.checker.check_model(made)
    (HERE / "graph").mkdir(parents=True, exist_ok=True)
    onnx.save(made, HERE / "graph" / "model.onnx")
    (HERE / "graph" / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    # As written: a fused product would quantize the identity matrix too.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feeds = {"x": np.eye(6, dtype=np.float32), "long": np.eye(10, dtype=np.float32), "ids": np.zeros(1, np.int64)}
    four, eight_run = session.run(["down.y", "up1.y"], feeds)
    assert np.array_equal(eight_run, eight)
    return turned, eight, four


CONFIG = {"model_type": "small", "hidden_size": 6, "vocab_size": 13, "rope": {"base": 10000, "kind": "plain"}}
checkpoint("base", BASE, CONFIG)
checkpoint("tuned", TUNED, {**CONFIG, "vocab_size": 16, "rope": {"base": 50000, "kind": "plain"}, "num_labels": 3})
turned, eight, four = graph()
expected = {"tuned": {}, "graph": {}}
for name, values in BASE.items():
    other = TUNED.get(f"bert.{name}")
    if other is not None and other.shape[1:] == values.shape[1:] and (values.ndim > 1 or other.shape == values.shape):
        expected["tuned"][name] = difference(values, other[: len(values)])
for name, (module, values) in turned.items():
    expected["graph"][f"encoder.layer.0.{module}.weight"] = difference(BASE[f"encoder.layer.0.{module}.weight"], values.T)
expected["graph"]["encoder.layer.1.up.weight"] = difference(BASE["encoder.layer.1.up.weight"], eight.T)
expected["graph"]["encoder.layer.1.down.weight"] = difference(BASE["encoder.layer.1.down.weight"], four.T)
words = onnx.load(HERE / "graph" / "model.onnx")
table = next(numpy_helper.to_array(t) for t in words.graph.initializer if t.name == "embeddings.word.weight")
expected["graph"]["embeddings.word.weight"] = difference(BASE["embeddings.word.weight"], table)
expected["graph"]["pooler.weight"] = difference(BASE["pooler.weight"], BASE["pooler.weight"])
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
