"""python weights.py OUT: the same small model with its weights kept everywhere that ONNX allows, and one table of what each tensor holds.

Every model computes y = f(x) with weights above and below the size that a skeleton keeps inline; `values.safetensors` has, under
`<file>/<tensor>`, the numbers as float64 and, under `<file>/x` and `<file>/y`, an input with its output by numpy.
"""
import pathlib, sys
import numpy as np, onnx
from onnx import helper as h, numpy_helper as nh, TensorProto as TP
from onnx.external_data_helper import set_external_data
from safetensors.numpy import save_file

F = np.float32
vi = h.make_tensor_value_info
out = pathlib.Path(sys.argv[1]); out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(11)
table = {}


def save(name, nodes, initializers, x, y, functions=(), opset=21, weights=None, inputs=None):
    inputs = inputs or [vi('x', TP.FLOAT, list(x.shape))]
    domains = [h.make_opsetid('', opset)] + ([h.make_opsetid('local', 1)] if functions else [])
    m = h.make_model(h.make_graph(nodes, name, inputs, [vi('y', TP.FLOAT, list(y.shape))], initializers), opset_imports=domains, ir_version=10, functions=functions)
    onnx.checker.check_model(m)
    (out / f'{name}.onnx').write_bytes(m.SerializeToString())
    table[f'{name}/x'], table[f'{name}/y'] = x.astype(F), y.astype(F)
    for k, v in (weights or {}).items(): table[f'{name}/{k}'] = np.ascontiguousarray(v, np.float64)


def typed(name, type, values, shape):
    """A tensor in the typed field of its data type instead of raw data."""
    t = h.make_tensor(name, type, shape, values, raw=False); assert not t.raw_data; return t


W = rng.standard_normal((40, 30)).astype(F)          # 4800 bytes: above the inline limit
b = rng.standard_normal(30).astype(F)                # below
x = rng.standard_normal((3, 40)).astype(F)
mm = lambda w: h.make_node('MatMul', ['x', w], ['m'], name='product')
add = h.make_node('Add', ['m', 'b'], ['y'], name='sum')

save('float-data', [mm('W'), add], [typed('W', TP.FLOAT, W.ravel(), W.shape), typed('b', TP.FLOAT, b, b.shape)], x, x @ W + b, weights=dict(W=W, b=b))

# protobuf before packed fields were the rule: one tag for each value
packed = onnx.ModelProto.FromString((out / 'float-data.onnx').read_bytes()); t = packed.graph.initializer[0]
body = b''.join(b'\x25' + v.tobytes() for v in W.ravel().astype('<f4'))
t.ClearField('float_data'); head = t.SerializeToString() + body
def varint(n):
    s = b''
    while n > 127: s += bytes([n & 127 | 128]); n >>= 7
    return s + bytes([n])
g = packed.graph; del g.initializer[0]
graph = g.SerializeToString() + b'\x2a' + varint(len(head)) + head
packed.ClearField('graph'); raw = packed.SerializeToString() + b'\x3a' + varint(len(graph)) + graph
onnx.checker.check_model(onnx.ModelProto.FromString(raw)); (out / 'float-data-unpacked.onnx').write_bytes(raw)
for k in ('x', 'y', 'W', 'b'): table[f'float-data-unpacked/{k}'] = table[f'float-data/{k}']

h16 = W.astype(np.float16)
save('float16-in-int32-data', [h.make_node('Cast', ['W'], ['w'], to=TP.FLOAT), mm('w'), add], [typed('W', TP.FLOAT16, h16.ravel(), W.shape), typed('b', TP.FLOAT, b, b.shape)], x, x @ h16.astype(F) + b, weights=dict(W=h16))

u8 = rng.integers(0, 256, (96, 50)).astype(np.uint8); xi = rng.standard_normal((2, 96)).astype(F)
i8 = rng.integers(-128, 128, (96, 50)).astype(np.int8); i32 = rng.integers(-2**31, 2**31, (96, 50)).astype(np.int32); i64 = np.where(rng.random((96, 50)) < .1, rng.integers(-2**62, 2**62, (96, 50)), rng.integers(-90, 90, (96, 50)))
scale = np.array(0.01, F)
def integers(name, type, values, factor):
    w = (values.astype(F) * F(factor)).astype(F)
    save(name, [h.make_node('Cast', ['W'], ['c'], to=TP.FLOAT), h.make_node('Mul', ['c', 'scale'], ['w']), h.make_node('MatMul', ['x', 'w'], ['y'])], [typed('W', type, values.ravel(), values.shape), nh.from_array(np.array(factor, F), 'scale')], xi, xi @ w, weights=dict(W=values))
integers('uint8-in-int32-data', TP.UINT8, u8, 0.01)
integers('int8-in-int32-data', TP.INT8, i8, 0.01)
integers('int32-data', TP.INT32, i32, 2.0**-31)
integers('int64-data', TP.INT64, i64, 2.0**-62)

f64 = rng.standard_normal((40, 30))
save('double-data', [h.make_node('Cast', ['W'], ['w'], to=TP.FLOAT), mm('w'), add], [typed('W', TP.DOUBLE, f64.ravel(), f64.shape), nh.from_array(b, 'b')], x, x @ f64.astype(F) + b, weights=dict(W=f64))

save('constant-nodes', [h.make_node('Constant', [], ['W'], value=nh.from_array(W)), h.make_node('Constant', [], ['b'], value_floats=b.tolist()), mm('W'), add], [], x, x @ W + b, weights=dict(W=W))

i4 = rng.integers(-8, 8, (97, 3)).astype(np.int8)
t4 = h.make_tensor('W', TP.INT4, i4.shape, i4.ravel()); x4 = rng.standard_normal((2, 97)).astype(F)
save('int4-packed', [h.make_node('DequantizeLinear', ['W', 's'], ['w']), h.make_node('MatMul', ['x', 'w'], ['y'])], [t4, nh.from_array(np.array(0.5, F), 's')], x4, x4 @ (i4 * F(.5)), weights=dict(W=i4))

# in the branches of an If: a stored tensor, a Constant node, and a stored tensor that is the branch's output itself
V = rng.standard_normal((40, 30)).astype(F); B = rng.standard_normal((3, 30)).astype(F)
def branch(name, w, stored):
    weight = [nh.from_array(w, 'W')] if stored else []
    constant = [] if stored else [h.make_node('Constant', [], ['W'], value=nh.from_array(w))]
    return h.make_graph(constant + [h.make_node('MatMul', ['x', 'W'], [f'{name}_y'])], name, [], [vi(f'{name}_y', TP.FLOAT, [3, 30])], weight)
T = rng.standard_normal((40, 30)).astype(F)
whole = h.make_graph([], 'whole', [], [vi('T', TP.FLOAT, [40, 30])], [nh.from_array(T, 'T')])
other = h.make_graph([h.make_node('Constant', [], ['T'], value=nh.from_array(T * 2))], 'other', [], [vi('T', TP.FLOAT, [40, 30])])
save('subgraphs', [h.make_node('ReduceSum', ['x'], ['sum'], keepdims=0), h.make_node('Greater', ['sum', 'limit'], ['c']), h.make_node('If', ['c'], ['m'], then_branch=branch('then', W, True), else_branch=branch('else', V, False), name='choose'), h.make_node('Not', ['c'], ['d']), h.make_node('If', ['d'], ['T_'], then_branch=whole, else_branch=other, name='table'), h.make_node('MatMul', ['x', 'T_'], ['n']), h.make_node('Add', ['m', 'n'], ['y'])],
     [nh.from_array(np.array(1e9, F), 'limit')], x, x @ V + x @ T, weights={})

function = h.make_function('local', 'Dense', ['x'], ['y'], [h.make_node('Constant', [], ['W'], value=nh.from_array(W)), h.make_node('MatMul', ['x', 'W'], ['m']), h.make_node('LeakyRelu', ['m'], ['y'])], [h.make_opsetid('', 21)], attributes=['alpha'])
function.node[2].attribute.append(onnx.AttributeProto(name='alpha', type=onnx.AttributeProto.FLOAT, ref_attr_name='alpha'))
twice = h.make_function('local', 'Twice', ['x'], ['y', 'x'], [h.make_node('Dense', ['x'], ['once'], domain='local', alpha=0.5), h.make_node('Add', ['once', 'once'], ['y'])], [h.make_opsetid('', 21), h.make_opsetid('local', 1)])
leaky = lambda a, z: np.where(z > 0, z, a * z)
save('functions', [h.make_node('Dense', ['x'], ['a'], domain='local', alpha=0.1, name='first'), h.make_node('Twice', ['x'], ['b2', 'same'], domain='local', name='second'), h.make_node('MatMul', ['same', 'V'], ['c']), h.make_node('Sum', ['a', 'b2', 'c'], ['y'])], [nh.from_array(V, 'V')], x, leaky(.1, x @ W) + 2 * leaky(.5, x @ W) + x @ V, functions=[function, twice], weights=dict(V=V))

# external data: two files, one of them in a folder, with an offset and without a length
m = onnx.ModelProto.FromString((out / 'float-data.onnx').read_bytes()); del m.graph.initializer[:]
tw, tb = nh.from_array(W, 'W'), nh.from_array(b, 'b')
(out / 'parts').mkdir(exist_ok=True); (out / 'weights.bin').write_bytes(b'\0' * 7 + tw.raw_data); (out / 'parts' / 'bias.bin').write_bytes(tb.raw_data)
set_external_data(tw, './weights.bin', offset=7, length=len(tw.raw_data)); set_external_data(tb, 'parts/../parts/bias.bin')
for t in (tw, tb): t.ClearField('raw_data'); m.graph.initializer.append(t)
(out / 'external.onnx').write_bytes(m.SerializeToString())
for k in ('x', 'y', 'W', 'b'): table[f'external/{k}'] = table[f'float-data/{k}']

# before IR 4 every stored tensor was an input as well
save('initializers-are-inputs', [mm('W'), add], [nh.from_array(W, 'W'), nh.from_array(b, 'b')], x, x @ W + b, weights=dict(W=W, b=b), inputs=[vi('x', TP.FLOAT, [3, 40]), vi('W', TP.FLOAT, [40, 30]), vi('b', TP.FLOAT, [30])])
save_file(table, str(out / 'values.safetensors'))
print(sum(p.stat().st_size for p in out.rglob('*') if p.is_file()), 'bytes')
