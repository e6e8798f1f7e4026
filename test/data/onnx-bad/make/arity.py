"""python arity.py > ../../../../model/onnx/arity.ts: how many inputs each ONNX operator cannot do without, over all its versions."""
import onnx.defs

Single = onnx.defs.OpSchema.FormalParameterOption.Single
least = {}
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain: continue
    needed = 0
    for parameter in schema.inputs:
        if parameter.option != Single: break
        needed += 1
    least[schema.name] = min(least.get(schema.name, needed), needed)
print('''/**
 * How many inputs each operator of ONNX cannot do without, over all its versions (the leading ones that are not optional).
 * Written by test/data/onnx-bad/make/arity.py.
 *
 * Source: onnx %s, operator schemas.
 */
export const LEAST_INPUTS: Readonly<Record<string, number>> = {''' % onnx.__version__)
for name in sorted(least):
    if least[name] > 0: print(f'  {name}: {least[name]},')
print('};')
