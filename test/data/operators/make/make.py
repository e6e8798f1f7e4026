"""Writes the ONNX standard's backend node cases as small files: <op>.safetensors + <op>.json (see README.md).

Needs onnx, numpy, ml_dtypes. Run in this folder: python make.py
The cases are those the `onnx` package generates (onnx.backend.test.loader, kind 'node'); nothing is downloaded.
"""
import json, os, re, struct, collections, warnings
import numpy as np
import ml_dtypes
import onnx
from onnx import numpy_helper, helper, TensorProto
from onnx.backend.test.loader import load_model_tests

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OPS = """Add Sub Mul Div Pow Sqrt Reciprocal Neg Abs Exp Log Erf Tanh Sigmoid Relu Gelu LeakyRelu Softplus Sin Cos MatMul Gemm Einsum
Softmax LogSoftmax LayerNormalization RMSNormalization ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL2 ArgMax Transpose
Reshape Flatten Squeeze Unsqueeze Concat Split Slice Gather GatherElements GatherND ScatterND ScatterElements Expand Tile Pad Where
Equal Less LessOrEqual Greater GreaterOrEqual And Or Not Xor Min Max Clip Floor Ceil Round Mod Sign Shape Size Range Constant
ConstantOfShape CumSum Trilu OneHot TopK NonZero Identity Cast CastLike IsNaN IsInf Conv ConvTranspose AveragePool MaxPool
GlobalAveragePool BatchNormalization InstanceNormalization GroupNormalization LSTM GRU RNN Resize DepthToSpace SpaceToDepth If Loop
Scan Attention RotaryEmbedding Swish HardSigmoid HardSwish Elu Selu Celu PRelu QuantizeLinear DequantizeLinear
DynamicQuantizeLinear MatMulInteger ConvInteger Dropout Hardmax CenterCropPad""".split()
CASE_LIMIT = 64 * 1024

NP = {np.dtype(k): v for k, v in {
    'float64': 'F64', 'float32': 'F32', 'float16': 'F16', 'int64': 'I64', 'int32': 'I32', 'int16': 'I16', 'int8': 'I8',
    'uint64': 'U64', 'uint32': 'U32', 'uint16': 'U16', 'uint8': 'U8', 'bool': 'BOOL'}.items()}
NP[np.dtype(ml_dtypes.bfloat16)] = 'BF16'
# four-bit integers are stored one per byte; the logical type is in the json
WIDER = {'int4': np.int8, 'uint4': np.uint8}


class Unsupported(Exception):
    pass


def logical(array):
    """(dtype name of the standard, array that safetensors can hold)"""
    name = array.dtype.name
    if name in WIDER:
        return name, array.astype(WIDER[name])
    if array.dtype not in NP:
        raise Unsupported(f'type {name}')
    return name, array


def write_safetensors(path, tensors):
    header, blobs, at = {}, [], 0
    for key, a in tensors.items():
        raw = np.ascontiguousarray(a).tobytes()
        header[key] = {'dtype': NP[a.dtype], 'shape': list(a.shape), 'data_offsets': [at, at + len(raw)]}
        blobs.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def as_array(value):
    if isinstance(value, TensorProto):
        return numpy_helper.to_array(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    raise Unsupported(f'not a tensor ({type(value).__name__})')


def store(case, key, value, tensors):
    dtype, array = logical(as_array(value))
    tensors[f'{case}/{key}'] = array
    return {'dtype': dtype, 'shape': list(array.shape), 'tensor': f'{case}/{key}'}


def attribute(case, a, tensors):
    value = helper.get_attribute_value(a)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, TensorProto):
        return store(case, f'attribute/{a.name}', value, tensors)
    if isinstance(value, (onnx.GraphProto, onnx.SparseTensorProto)):
        raise Unsupported(f'attribute {a.name} is a {type(value).__name__}')
    if isinstance(value, (list, tuple)) or hasattr(value, 'extend'):
        return [v.decode() if isinstance(v, bytes) else v for v in value]
    return value


def clean(value):
    """JSON has no infinity or NaN"""
    if isinstance(value, float) and (value != value or abs(value) == float('inf')):
        return {'float': repr(value)}
    return value


def io(case, kind, infos, values, tensors):
    out = []
    for i, (info, value) in enumerate(zip(infos, values)):
        out.append({'name': info.name, **store(case, f'{kind}/{i}', value, tensors)})
    return out


def one(case, op):
    model, node = case.model, case.model.graph.node
    name = case.name.removeprefix('test_')
    tensors = {}
    entry = {'name': name, 'opset': {o.domain or 'ai.onnx': o.version for o in model.opset_import}}
    inputs, outputs = case.data_sets[0]
    entry['inputs'] = io(name, 'input', model.graph.input, inputs, tensors)
    entry['outputs'] = io(name, 'output', model.graph.output, outputs, tensors)
    graph = op in ('If', 'Loop', 'Scan') or len(node) != 1
    if graph:
        entry['model'] = f'{op}/{name}.onnx'
    else:
        n = node[0]
        entry['attributes'] = {a.name: clean(attribute(name, a, tensors)) for a in n.attribute}
        entry['node'] = {'inputs': list(n.input), 'outputs': list(n.output)}
        if n.domain not in ('', 'ai.onnx'):
            entry['domain'] = n.domain
    entry['rtol'], entry['atol'] = case.rtol, case.atol
    size = sum(a.nbytes for a in tensors.values())
    if size > CASE_LIMIT:
        raise Unsupported(f'larger than {CASE_LIMIT // 1024} kB')
    return entry, tensors, model if graph else None


def main():
    warnings.simplefilter('ignore')
    by_op, skipped = collections.defaultdict(list), collections.defaultdict(collections.Counter)
    np.random.seed(0)  # some cases draw their inputs when they are collected
    for case in load_model_tests(kind='node'):
        ops = [n.op_type for n in case.model.graph.node]
        if '_expanded' in case.name or 'ai.onnx.preview' in str(case.model.opset_import):
            continue
        op = ops[0] if len(ops) == 1 else next((o for o in ops if o in ('If', 'Loop', 'Scan')), None)
        if op not in OPS:
            continue
        if 'training_dropout' in case.name and '_zero_ratio' not in case.name:
            skipped[op]['random'] += 1
            continue
        by_op[op].append(case)
    rows, total = [], 0
    for op in OPS:
        cases, tensors = [], {}
        for case in sorted(by_op[op], key=lambda c: c.name):
            try:
                entry, t, model = one(case, op)
            except Unsupported as e:
                skipped[op][re.sub(r'^type ', 'type ', str(e))] += 1
                continue
            cases.append(entry)
            tensors |= t
            if model is not None:
                os.makedirs(os.path.join(HERE, op), exist_ok=True)
                with open(os.path.join(HERE, op, f"{entry['name']}.onnx"), 'wb') as f:
                    f.write(model.SerializeToString())
        if cases:
            write_safetensors(os.path.join(HERE, f'{op}.safetensors'), tensors)
            with open(os.path.join(HERE, f'{op}.json'), 'w') as f:
                f.write('[\n' + ',\n'.join(json.dumps(c, ensure_ascii=False, separators=(',', ':'), allow_nan=False) for c in cases) + '\n]\n')
        size = sum(os.path.getsize(os.path.join(HERE, f'{op}.{e}')) for e in ('safetensors', 'json')) if cases else 0
        total += size
        opsets = sorted({c['opset'].get('ai.onnx', 0) for c in cases})
        rows.append((op, len(cases), size, opsets, skipped[op]))
    print('| operator | cases | kB | opsets | left out |\n| --- | ---: | ---: | --- | --- |')  # the README's table
    for op, n, size, opsets, out in rows:
        print(f"| {op} | {n} | {size / 1024:.0f} | {', '.join(map(str, opsets))} | {', '.join(f'{v} {k}' for k, v in sorted(out.items()))} |")
    print(sum(r[1] for r in rows), 'cases', total, 'bytes')


if __name__ == '__main__':
    main()
