"""Rebuilds every case from its json + safetensors alone and runs it with the standard's reference evaluator."""
import json, glob, os, sys, collections
import numpy as np, ml_dtypes, onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DT = {'F64': np.float64, 'F32': np.float32, 'F16': np.float16, 'BF16': ml_dtypes.bfloat16, 'I64': np.int64, 'I32': np.int32, 'I16': np.int16,
      'I8': np.int8, 'U64': np.uint64, 'U32': np.uint32, 'U16': np.uint16, 'U8': np.uint8, 'BOOL': np.bool_}


def read(path):
    raw = open(path, 'rb').read()
    n = int.from_bytes(raw[:8], 'little')
    header = json.loads(raw[8:8 + n])
    return {k: np.frombuffer(raw[8 + n + v['data_offsets'][0]:8 + n + v['data_offsets'][1]], DT[v['dtype']]).reshape(v['shape']) for k, v in header.items()}


def value(entry, tensors):
    a = tensors[entry['tensor']]
    return a.astype(getattr(ml_dtypes, entry['dtype'])) if entry['dtype'] in ('int4', 'uint4') else a


def main():
    count = collections.Counter()
    for path in sorted(glob.glob(os.path.join(HERE, '*.json'))):
        op, tensors = os.path.basename(path)[:-5], read(path[:-5] + '.safetensors')
        for case in json.load(open(path)):
            try:
                if 'model' in case:
                    model = onnx.load(os.path.join(HERE, case['model']))
                else:
                    attrs = {}
                    for k, v in case['attributes'].items():
                        if isinstance(v, dict):
                            v = float(v['float']) if 'float' in v else numpy_helper.from_array(value(v, tensors))
                        attrs[k] = v
                    node = helper.make_node(op, case['node']['inputs'], case['node']['outputs'], domain=case.get('domain', ''), **attrs)
                    info = lambda e: helper.make_tensor_value_info(e['name'], helper.np_dtype_to_tensor_dtype(value(e, tensors).dtype), e['shape'])
                    graph = helper.make_graph([node], 'g', [info(e) for e in case['inputs']], [info(e) for e in case['outputs']])
                    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('' if d == 'ai.onnx' else d, v) for d, v in case['opset'].items()])
                got = ReferenceEvaluator(model).run([e['name'] for e in case['outputs']], {e['name']: value(e, tensors) for e in case['inputs']})
                for e, g in zip(case['outputs'], got):
                    want = value(e, tensors)
                    np.testing.assert_allclose(np.asarray(g).astype(np.float64), want.astype(np.float64), rtol=1e-2 if want.dtype.itemsize == 2 else case['rtol'], atol=1e-2 if want.dtype.itemsize == 2 else 1e-5)
                    assert np.asarray(g).shape == want.shape, (np.asarray(g).shape, want.shape)
                count['ok'] += 1
            except Exception as e:
                count['differs'] += 1
                print(op, case['name'], str(e).strip().replace('\n', ' ')[:160])
    print(dict(count))


if __name__ == '__main__':
    main()
