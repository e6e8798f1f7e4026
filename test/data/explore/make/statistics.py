"""Tensors of every element type, with NaN, infinities, zeros of both signs, ties and extremes; statistics by NumPy.

    python make/statistics.py        needs numpy, ml_dtypes, onnx, onnxruntime

Writes statistics.safetensors, packed.onnx (4-bit integers, weights of MatMulNBits) and statistics.json. The file is written by hand, byte by
byte, so that no reader under test has a hand in it. De-quantised weights are what onnxruntime multiplies with: the operator applied to the
identity matrix.
"""

import json
import struct
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

HERE = Path(__file__).resolve().parent.parent
rng = np.random.default_rng(7)
QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def floats(shape, dtype, special=True):
    values = (rng.standard_normal(shape) * 3).astype(np.float64)
    flat = values.reshape(-1)
    if special:
        flat[3], flat[11], flat[17], flat[18] = np.nan, np.inf, -np.inf, np.inf
        flat[5], flat[6] = 0.0, -0.0
        flat[7] = flat[8] = flat[9]
    return values.astype(dtype)


def codes(dtype):
    """Every code of an 8-bit type once."""
    return np.arange(256, dtype=np.uint8).view(dtype)


TENSORS = {
    "f64": ("F64", floats((13, 7), np.float64)),
    "f64.extreme": ("F64", np.array([1e308, -1e308, 5e-324, 0.0, np.pi])),
    "f32": ("F32", floats((17, 5, 3), np.float32)),
    "f32.plain": ("F32", floats((40, 9), np.float32, special=False)),
    "f32.constant": ("F32", np.full((6,), 0.1, np.float32)),
    "f32.nothing": ("F32", np.array([np.nan, np.inf, -np.inf], np.float32)),
    "f32.scalar": ("F32", np.float32(-2.5).reshape(())),
    "f32.empty": ("F32", np.zeros((0, 4), np.float32)),
    "f16": ("F16", floats((11, 13), np.float16)),
    "f16.codes": ("F16", np.arange(0, 65536, 37, dtype=np.uint16).view(np.float16)),
    "bf16": ("BF16", floats((9, 14), ml_dtypes.bfloat16)),
    "e4m3": ("F8_E4M3", codes(ml_dtypes.float8_e4m3fn)),
    "e5m2": ("F8_E5M2", codes(ml_dtypes.float8_e5m2)),
    "e4m3fnuz": ("F8_E4M3FNUZ", codes(ml_dtypes.float8_e4m3fnuz)),
    "e5m2fnuz": ("F8_E5M2FNUZ", codes(ml_dtypes.float8_e5m2fnuz)),
    "e8m0": ("F8_E8M0", codes(ml_dtypes.float8_e8m0fnu)),
    "i64": ("I64", np.array([-(2**63), 2**63 - 1, 2**53 + 1, 0, 0, -7, 12, 5], np.int64)),
    "i64.small": ("I64", rng.integers(-9, 9, 301)),
    "u64": ("U64", np.array([2**64 - 1, 2**53 + 1, 0, 3, 3], np.uint64)),
    "i32": ("I32", rng.integers(-(2**31), 2**31 - 1, (7, 19)).astype(np.int32)),
    "u32": ("U32", rng.integers(0, 2**32 - 1, (5, 11)).astype(np.uint32)),
    "i16": ("I16", rng.integers(-(2**15), 2**15, (5, 7)).astype(np.int16)),
    "u16": ("U16", rng.integers(0, 2**16, (5, 7)).astype(np.uint16)),
    "i8": ("I8", rng.integers(-128, 128, (3, 31)).astype(np.int8)),
    "u8": ("U8", rng.integers(0, 256, (3, 31)).astype(np.uint8)),
    "bool": ("BOOL", rng.integers(0, 2, (4, 9)).astype(np.bool_)),
}


def statistics(values):
    """What is expected, from the values as float64 (integers beyond 2^53 as text)."""
    exact = [int(v) for v in values.reshape(-1)] if np.issubdtype(values.dtype, np.integer) else None
    flat = values.reshape(-1).astype(np.float64)
    finite = flat[np.isfinite(flat)]
    out = {
        "count": int(flat.size),
        "finite": int(finite.size),
        "nan": int(np.isnan(flat).sum()),
        "positiveInfinite": int(np.isposinf(flat).sum()),
        "negativeInfinite": int(np.isneginf(flat).sum()),
        "zeros": int((flat == 0).sum()),
    }
    if finite.size == 0:
        return out
    low, high = (min(exact), max(exact)) if exact else (finite.min(), finite.max())
    with np.errstate(over="ignore"):
        wide = np.isinf(finite.max() - finite.min())
        out |= {
            "least": str(low) if exact else float(low),
            "greatest": str(high) if exact else float(high),
            "mean": float(finite.mean()),
            "deviation": number(finite.std()),
            "rootMeanSquare": number(np.sqrt(np.mean(finite**2))),
            "quantiles": None if wide else [float(q) for q in np.quantile(finite, QUANTILES)],
            "histogram": None if wide else [int(n) for n in np.histogram(finite, bins=64)[0]],
        }
    return out


def number(value):
    return float(value) if np.isfinite(value) else None


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, (dtype, values) in tensors.items():
        raw = values.tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def nbits(name, bits, block, n, k, zeros):
    """A MatMulNBits node and its tensors with random codes."""
    blocks = -(-k // block)
    row = blocks * block * bits // 8
    packed = rng.integers(0, 256, (n, blocks, block * bits // 8)).astype(np.uint8)
    scales = rng.standard_normal(n * blocks).astype(np.float32)
    tensors = [("q", packed), ("s", scales)]
    if zeros == "packed":
        tensors.append(("z", rng.integers(0, 256, n * -(-blocks * bits // 8)).astype(np.uint8)))
    elif zeros == "float":
        tensors.append(("z", rng.standard_normal(n * blocks).astype(np.float32)))
    inputs = [f"{name}.a"] + [f"{name}.{t}" for t, _ in tensors]
    node = helper.make_node(
        "MatMulNBits", inputs, [f"{name}.y"], name=name, domain="com.microsoft", K=k, N=n, bits=bits, block_size=block
    )
    return node, [onnx.numpy_helper.from_array(values, f"{name}.{t}") for t, values in tensors], row


def write_onnx(path):
    int4 = helper.make_tensor("i4", TensorProto.INT4, [5, 3], rng.integers(-8, 8, 15))
    uint4 = helper.make_tensor("u4", TensorProto.UINT4, [3, 7], rng.integers(0, 16, 21))
    int4_values = onnx.numpy_helper.to_array(int4).astype(np.int64)
    uint4_values = onnx.numpy_helper.to_array(uint4).astype(np.int64)
    f4 = onnx.numpy_helper.from_array(np.arange(16).astype(np.uint8).view(np.uint8).astype(ml_dtypes.float4_e2m1fn), "f4")
    f4_values = onnx.numpy_helper.to_array(f4).astype(np.float64)
    cases = [("nb4", 4, 32, 5, 64, None), ("nb4.zeros", 4, 16, 3, 48, "packed"), ("nb8", 8, 32, 4, 32, "packed"), ("nb4.ragged", 4, 16, 4, 40, None)]
    nodes, tensors, inputs, outputs, expected = [], [int4, uint4, f4], [], [], {}
    for name, bits, block, n, k, zeros in cases:
        node, own, _ = nbits(name, bits, block, n, k, zeros)
        nodes.append(node)
        tensors += own
        inputs.append(helper.make_tensor_value_info(f"{name}.a", TensorProto.FLOAT, ["M", k]))
        outputs.append(helper.make_tensor_value_info(f"{name}.y", TensorProto.FLOAT, ["M", n]))
    for name in ("i4", "u4", "f4"):
        nodes.append(helper.make_node("Identity", [name], [f"{name}.y"], name=name))
    graph = helper.make_graph(nodes, "packed", inputs, outputs, tensors)
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=11, producer_name="make/statistics.py")
    onnx.save(model, path)
    for name, bits, block, n, k, zeros in cases:
        chosen = [node for node in nodes if node.name == name]
        own = [t for t in tensors if t.name.startswith(f"{name}.") and t.name.count(".") == name.count(".") + 1]
        one = helper.make_graph(
            chosen, "one", [v for v in inputs if v.name == f"{name}.a"], [v for v in outputs if v.name == f"{name}.y"], own
        )
        session = onnxruntime.InferenceSession(
            helper.make_model(one, opset_imports=opsets, ir_version=11).SerializeToString(), providers=["CPUExecutionProvider"]
        )
        weights = session.run(None, {f"{name}.a": np.eye(k, dtype=np.float32)})[0].T
        expected[f"{name}.q"] = {"shape": [n, k], "values": [float(v) for v in weights.reshape(-1)]}
    stats = {"i4": statistics(int4_values), "u4": statistics(uint4_values), "f4": statistics(f4_values)}
    return stats, expected


def main():
    write_safetensors(HERE / "statistics.safetensors", TENSORS)
    stats = {name: statistics(values) for name, (_, values) in TENSORS.items()}
    packed, weights = write_onnx(HERE / "packed.onnx")
    (HERE / "statistics.json").write_text(json.dumps({"safetensors": stats, "onnx": packed, "dequantized": weights}, indent=None))


main()
