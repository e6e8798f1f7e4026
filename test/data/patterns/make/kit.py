"""Small graphs with golden attention: a builder, and the run in onnxruntime that makes the golden."""
import json
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

ELEM = {'float32': TensorProto.FLOAT, 'float16': TensorProto.FLOAT16, 'int64': TensorProto.INT64, 'int32': TensorProto.INT32,
        'bool': TensorProto.BOOL, 'uint8': TensorProto.UINT8}


class Graph:
    """Writes nodes under names as exporters give them. `scope` is the module path that node names begin with."""

    def __init__(self, name, opset=17, ir=8, microsoft=False):
        self.name, self.opset, self.ir, self.microsoft = name, opset, ir, microsoft
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.inits, self.inputs, self.outputs, self.functions = [], [], [], [], []
        self.scope, self.count, self.feeds, self.sites, self.probed = '', 0, {}, [], None
        self.tolerance, self.notes, self.refuse, self.valid = 2e-5, '', [], None

    def fresh(self, word):
        self.count += 1
        return f'{self.scope}/{word}_{self.count}'

    def c(self, value, dtype=None, name=None):
        array = np.asarray(value, dtype=dtype)
        if array.dtype == np.float64: array = array.astype(np.float32)
        name = name or self.fresh('const')
        self.inits.append(numpy_helper.from_array(array, name))
        return name

    def w(self, *shape, scale=None, name=None):
        spread = scale if scale is not None else 1.2 / np.sqrt(shape[0])
        return self.c(np.round(self.rng.standard_normal(shape) * spread * 32).astype(np.float32) / 32, name=name)  # few bits: packs well

    def i(self, *values): return self.c(np.array(values, np.int64))
    def s(self, value): return self.c(np.array(value, np.int64))
    def f(self, value): return self.c(np.array(value, np.float32))

    def op(self, kind, *inputs, n=1, domain='', to=None, **attributes):
        outputs = to or [self.fresh(kind) for _ in range(n)]
        if isinstance(outputs, str): outputs = [outputs]
        self.nodes.append(helper.make_node(kind, list(inputs), outputs, name=self.fresh(kind), domain=domain, **attributes))
        return outputs[0] if len(outputs) == 1 else outputs

    def input(self, name, value, shape):
        value = np.asarray(value)
        self.feeds[name] = value
        self.inputs.append(helper.make_tensor_value_info(name, ELEM[str(value.dtype)], shape))
        return name

    def output(self, value, name, dtype='float32', shape=None):
        self.op('Identity', value, to=name)
        self.outputs.append(helper.make_tensor_value_info(name, ELEM[dtype], shape))

    def out(self, name, dtype='float32', shape=None):
        self.outputs.append(helper.make_tensor_value_info(name, ELEM[dtype], shape))

    def site(self, kind, layer, value, turn=None, **facts):
        """`value`: the tensor that is the weights; `turn`: makes [B, H, T, S] of it."""
        self.sites.append(dict(kind=kind, layer=layer, value=value, turn=turn, facts=facts))

    # what every model has
    def linear(self, x, width, inner, bias=True):
        y = self.op('MatMul', x, self.w(width, inner))
        return self.op('Add', y, self.w(inner, scale=.1)) if bias else y

    def norm(self, x, width):
        if self.opset >= 17: return self.op('LayerNormalization', x, self.c(np.ones(width, np.float32)), self.c(np.zeros(width, np.float32)), axis=-1, epsilon=1e-5)
        mean = self.op('ReduceMean', x, axes=[-1], keepdims=1)
        low = self.op('Sub', x, mean)
        var = self.op('ReduceMean', self.op('Mul', low, low), axes=[-1], keepdims=1)
        return self.op('Div', low, self.op('Sqrt', self.op('Add', var, self.f(1e-5))))

    def split(self, x, heads, d, b=0, t=-1, perm=(0, 2, 1, 3)):
        return self.op('Transpose', self.op('Reshape', x, self.i(b, t, heads, d)), perm=list(perm))

    def model(self, extra=()):
        nodes = [self.probed if extra and self.probed and n.op_type == 'Scan' else n for n in self.nodes]
        graph = helper.make_graph(nodes, self.name, self.inputs, [*self.outputs, *[onnx.ValueInfoProto(name=n) for n in extra]], self.inits)
        sets = [helper.make_opsetid('', self.opset)] + ([helper.make_opsetid('com.microsoft', 1)] if self.microsoft else [])
        if self.functions: sets.append(helper.make_opsetid(self.functions[0].domain, 1))
        return helper.make_model(graph, opset_imports=sets, ir_version=self.ir, producer_name='onnx-patterns', functions=self.functions)


def run(model, feeds):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds)))


def save(g, root):
    folder = Path(root) / g.name
    folder.mkdir(parents=True, exist_ok=True)
    model = g.model()
    onnx.save(model, folder / 'model.onnx')
    wanted = [n for s in g.sites for n in ([s['value']] if isinstance(s['value'], str) else s['value'])]
    extra = [n for n in dict.fromkeys(wanted) if n not in {o.name for o in g.outputs}]
    values = run(g.model(extra), g.feeds)
    tensors = {f'input/{n}': np.array(v, order='C') for n, v in g.feeds.items()}
    tensors |= {f'output/{o.name}': np.ascontiguousarray(values[o.name].astype(np.float32)) for o in g.outputs if not o.name.startswith('present')}
    sites = []
    for s in g.sites:
        got = [values[n] for n in ([s['value']] if isinstance(s['value'], str) else s['value'])]
        weights = (s['turn'] or (lambda x: x))(*got).astype(np.float32)
        assert weights.ndim == 4, (g.name, weights.shape)
        key = f"attention/{s['kind']}/{s['layer']}"
        tensors[key] = np.ascontiguousarray(weights)
        B, H, T, S = weights.shape
        sites.append(dict(kind=s['kind'], layer=s['layer'], heads=H, T=T, S=S, key=key, exact=True, **s['facts']))
    save_file(tensors, folder / 'golden.safetensors')
    golden = dict(family=g.name, opset=g.opset, sites=sites, refuse=g.refuse, tolerance=g.tolerance, outputTolerance=1e-4, note=g.notes)
    if g.valid: golden['validRows'] = g.valid
    (folder / 'golden.json').write_text(json.dumps(golden, indent=1) + '\n')


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
