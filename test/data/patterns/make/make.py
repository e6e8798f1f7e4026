"""Writes the graphs of this folder: python make.py [OUT]. Needs onnx, onnxruntime, numpy, safetensors."""
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from kit import Graph, save, softmax

CASES = []


def case(f):
    CASES.append(f)
    return f


def ids(g, T, name='input_ids', V=30, B=1, symbolic=True):
    value = g.rng.integers(1, V, (B, T)).astype(np.int64)
    return g.input(name, value, ['batch', 'sequence'] if symbolic else [B, T])


def embedded(g, x, D, V=30, T=None):
    y = g.op('Gather', g.w(V, D, scale=.6, name='embed.weight'), x)
    return g.op('Add', y, g.w(T, D, scale=.6)) if T else y


@case
def bloom_rank3(o=17):
    """ALiBi added before the scale is applied, heads in the batch axis (baddbmm), Cast around Softmax."""
    g = Graph('bloom.ts-baddbmm', 17)
    T, H, d = 7, 3, 4
    x = embedded(g, ids(g, T), H * d)
    mask = g.input('attention_mask', np.array([[0, 0, 1, 1, 1, 1, 1]], np.int64), ['batch', 'sequence'])
    g.nodes.append(helper.make_node('Cast', [mask], ['fmask'], to=TensorProto.FLOAT, name='/Cast'))
    steps = g.op('Mul', g.op('Sub', g.op('CumSum', 'fmask', g.s(1)), g.f(1)), 'fmask')
    slopes = g.c(np.array([[2.0 ** -2], [2.0 ** -4], [2.0 ** -6]], np.float32))
    alibi = g.op('Reshape', g.op('Mul', slopes, g.op('Unsqueeze', steps, g.i(1))), g.i(-1, 1, T))
    low = np.where(np.triu(np.ones((T, T), bool), 1), np.float32(-3.4e38), np.float32(0))[None, None]
    hide = g.op('Unsqueeze', g.op('Mul', g.op('Sub', g.f(1), 'fmask'), g.f(-3.4e38)), g.i(1, 2))
    both = g.op('Max', g.op('Add', g.c(low), hide), g.f(-3.4e38))
    for layer in range(2):
        g.scope = f'/transformer/h.{layer}/self_attention'
        h = g.norm(x, H * d)
        qkv = g.op('Reshape', g.linear(h, H * d, 3 * H * d), g.i(0, 0, H, 3, d))
        q, k, v = (g.op('Gather', qkv, g.s(i), axis=3) for i in range(3))
        q = g.op('Reshape', g.op('Transpose', q, perm=[0, 2, 1, 3]), g.i(-1, T, d))
        k = g.op('Reshape', g.op('Transpose', k, perm=[0, 2, 3, 1]), g.i(-1, d, T))
        v = g.op('Reshape', g.op('Transpose', v, perm=[0, 2, 1, 3]), g.i(-1, T, d))
        scores = g.op('Add', g.op('Mul', alibi, g.f(1.0)), g.op('Mul', g.op('MatMul', q, k), g.f(d ** -.5)))
        four = g.op('Add', g.op('Reshape', scores, g.i(-1, H, T, T)), both)
        p = g.op('Softmax', four, axis=-1)
        g.site('self', layer, p, causal=True)
        y = g.op('MatMul', g.op('Reshape', p, g.i(-1, T, T)), v)
        y = g.op('Reshape', g.op('Transpose', g.op('Reshape', y, g.i(-1, H, T, d)), perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.op('Add', x, g.linear(y, H * d, H * d))
    g.scope = ''
    g.output(g.op('MatMul', x, g.w(H * d, 30)), 'logits')
    return g


@case
def multi_query_flat():
    """gpt_bigcode: one key head, queries of all heads as rows of one matrix, weights as [B, T, H, S]."""
    g = Graph('gpt_bigcode.flat-queries', 14)
    T, H, d = 7, 3, 4
    x = embedded(g, ids(g, T, symbolic=False), H * d)
    causal = np.tril(np.ones((T, T), bool))[None, :, None, :]
    for layer in range(2):
        g.scope = f'/transformer/h.{layer}/attn'
        qkv = g.linear(g.norm(x, H * d), H * d, (H + 2) * d)
        q, kv = g.op('Split', qkv, g.i(H * d, 2 * d), n=2, axis=2)
        k, v = g.op('Split', kv, g.i(d, d), n=2, axis=-1)
        q = g.op('Reshape', q, g.i(1, T * H, d))
        s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 2, 1])), g.f(.5))
        s = g.op('Where', g.c(causal), g.op('Reshape', s, g.i(1, T, H, T)), g.f(-3.4e38))
        p = g.op('Softmax', s, axis=3)
        g.site('self', layer, p, lambda a: a.transpose(0, 2, 1, 3), causal=True)
        y = g.op('Reshape', g.op('MatMul', g.op('Reshape', p, g.i(1, T * H, T)), v), g.i(1, T, H * d))
        x = g.op('Add', x, g.linear(y, H * d, H * d))
    g.scope = ''
    g.output(x, 'last_hidden_state')
    return g


@case
def gemma_like():
    """Softcap, grouped keys by Expand, a window in every second layer, RMS norms of q and k, batch fixed to 1."""
    g = Graph('gemma.softcap-window-groups', 18)
    T, H, G, d, W = 9, 4, 2, 4, 3
    x = embedded(g, ids(g, T, symbolic=False), 12)
    i, j = np.arange(T)[:, None], np.arange(T)[None]
    full = np.where(j <= i, 0, -1e9).astype(np.float32)[None, None]
    window = np.where((j <= i) & (j > i - W), 0, -1e9).astype(np.float32)[None, None]

    def rms(a):
        m = g.op('ReduceMean', g.op('Mul', a, a), g.i(-1), keepdims=1)
        return g.op('Mul', g.op('Mul', a, g.op('Reciprocal', g.op('Sqrt', g.op('Add', m, g.f(1e-6))))), g.w(d, scale=.5))

    def repeat(a):
        return g.op('Reshape', g.op('Expand', g.op('Unsqueeze', a, g.i(2)), g.i(1, G, H // G, T, d)), g.i(1, H, T, d))

    for layer in range(2):
        g.scope = f'/model/layers.{layer}/self_attn'
        q = rms(g.split(g.linear(x, 12, H * d, False), H, d))
        k = repeat(rms(g.split(g.linear(x, 12, G * d, False), G, d)))
        v = repeat(g.split(g.linear(x, 12, G * d, False), G, d))
        s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.7))
        s = g.op('Mul', g.op('Tanh', g.op('Div', s, g.f(2.0))), g.f(2.0))
        p = g.op('Softmax', g.op('Add', s, g.c(window if layer else full)), axis=-1)
        g.site('self', layer, p, causal=True, window=W if layer else None, kvHeads=G)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.op('Add', x, g.linear(y, H * d, 12, False))
    g.scope = ''
    g.output(x, 'last_hidden_state')
    return g


@case
def sink_first():
    """A learned sink is the first column of the logits; cut off after Softmax by Slice."""
    g = Graph('sinks.first-column', 17)
    T, H, d = 6, 3, 4
    x = embedded(g, ids(g, T), H * d)
    causal = np.where(np.tril(np.ones((T, T), bool)), 0, -1e9).astype(np.float32)[None, None]
    for layer in range(2):
        g.scope = f'/model/layers.{layer}/self_attn'
        q, k, v = (g.split(g.linear(x, H * d, H * d), H, d) for _ in range(3))
        s = g.op('Add', g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5)), g.c(causal))
        sink = g.op('Expand', g.op('Reshape', g.w(H, scale=1), g.i(1, H, 1, 1)), g.i(1, H, T, 1))
        p = g.op('Softmax', g.op('Concat', sink, s, axis=-1), axis=-1)
        cut = g.op('Slice', p, g.i(1), g.i(2 ** 62), g.i(-1))
        g.site('self', layer, cut, causal=True, sink=True)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', cut, v), perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.op('Add', x, g.linear(y, H * d, H * d))
    g.output(x, 'last_hidden_state')
    return g


@case
def opset9():
    """Opset 9: axes and slices as attributes, Softmax over the flattened rest, no Where, mask by Sub and Mul."""
    g = Graph('bert.opset9', 9, ir=4)
    T, H, d = 6, 3, 4
    x = embedded(g, ids(g, T, name='input.1', symbolic=False), H * d)
    m = g.input('attention_mask', np.array([[1, 1, 1, 1, 0, 0]], np.int64), [1, T])
    g.nodes.append(helper.make_node('Cast', [m], ['mf'], to=TensorProto.FLOAT, name='Cast_1'))
    wide = g.op('Unsqueeze', g.op('Unsqueeze', 'mf', axes=[1]), axes=[2])
    low = g.op('Mul', g.op('Sub', g.f(1), wide), g.f(-10000.0))
    for layer in range(2):
        g.scope = ''
        q, k, v = (g.linear(x, H * d, H * d) for _ in range(3))
        q, v = g.split(q, H, d), g.split(v, H, d)
        k = g.split(k, H, d, perm=(0, 2, 3, 1))
        s = g.op('Add', g.op('Div', g.op('MatMul', q, k), g.f(2.0)), low)
        p = g.op('Dropout', g.op('Softmax', s, axis=3), ratio=.1)
        g.site('self', layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.norm(g.op('Add', x, g.linear(y, H * d, H * d)), H * d)
    first = g.op('Slice', x, axes=[1], starts=[0], ends=[1])
    g.output(g.op('Squeeze', first, axes=[1]), 'pooled')
    return g


@case
def einsum_projections():
    """Keras MultiHeadAttention: every product is an Einsum, heads stay in the third axis. A layer alone between two inputs counts as self."""
    g = Graph('keras.einsum-cross', 13)
    T, S, H, d, D = 5, 8, 2, 3, 10
    a = g.input('target', (g.rng.standard_normal((2, T, D))).astype(np.float32), ['b', T, D])
    b = g.input('source', (g.rng.standard_normal((2, S, D))).astype(np.float32), ['b', S, D])
    q = g.op('Add', g.op('Einsum', a, g.w(D, H, d), equation='abc,cde->abde'), g.w(H, d, scale=.1))
    k = g.op('Add', g.op('Einsum', b, g.w(D, H, d), equation='abc,cde->abde'), g.w(H, d, scale=.1))
    v = g.op('Add', g.op('Einsum', b, g.w(D, H, d), equation='abc,cde->abde'), g.w(H, d, scale=.1))
    q = g.op('Mul', q, g.f(d ** -.5))
    s = g.op('Einsum', k, q, equation='aecd,abcd->acbe')
    p = g.op('Softmax', s, axis=3)
    g.site('self', 0, p)
    y = g.op('Einsum', p, v, equation='acbe,aecd->abcd')
    y = g.op('Add', g.op('Einsum', y, g.w(H, d, D), equation='abcd,cde->abe'), g.w(D, scale=.1))
    g.output(y, 'y')
    return g


@case
def einsum_bqhd():
    """JAX: bqhd,bkhd->bhqk and back; scale on q; causal mask by Where; names of jax2onnx."""
    g = Graph('jax.einsum-bqhd', 14)
    T, H, d, D = 7, 3, 4, 12
    x = embedded(g, ids(g, T, name='serving_default_inputs:0'), D)
    for layer in range(2):
        g.scope = f'StatefulPartitionedCall/encoder/layer_{layer}'
        q, k, v = (g.op('Einsum', x, g.w(D, H, d), equation='bqm,mhd->bqhd') for _ in range(3))
        s = g.op('Einsum', g.op('Div', q, g.f(2.0)), k, equation='bqhd,bkhd->bhqk')
        s = g.op('Where', g.c(np.tril(np.ones((T, T), bool))[None, None]), s, g.f(-1e10))
        e = g.op('Exp', g.op('Sub', s, g.op('ReduceMax', s, axes=[-1], keepdims=1)))
        p = g.op('Div', e, g.op('ReduceSum', e, g.i(-1), keepdims=1))
        g.site('self', layer, p, causal=True)
        y = g.op('Einsum', g.op('Einsum', p, v, equation='bhqk,bkhd->bqhd'), g.w(H, d, D), equation='bqhd,hdm->bqm')
        x = g.op('Add', x, y)
    g.output(x, 'Identity:0')
    return g


@case
def relative_bias():
    """T5 buckets computed in the graph from Range, shared by the layers; opset 11; decoder of one stack."""
    g = Graph('t5.opset11-buckets', 11, ir=6)
    T, H, d, D = 8, 3, 4, 10
    x0 = ids(g, T)
    x = embedded(g, x0, D)
    n = g.op('Gather', g.op('Shape', x0), g.s(1), axis=0)
    r = g.op('Range', g.s(0), n, g.s(1))
    rel = g.op('Sub', g.op('Unsqueeze', r, axes=[0]), g.op('Unsqueeze', r, axes=[1]))
    g.nodes.append(helper.make_node('Cast', [g.op('Abs', rel)], ['relf'], to=TensorProto.FLOAT))
    g.nodes.append(helper.make_node('Cast', [g.op('Min', 'relf', g.f(3))], ['bucket'], to=TensorProto.INT64))
    bias = g.op('Unsqueeze', g.op('Transpose', g.op('Gather', g.w(4, H, scale=1), 'bucket'), perm=[2, 0, 1]), axes=[0])
    for layer in range(2):
        g.scope = f'/encoder/block.{layer}/layer.0/SelfAttention'
        q, v = (g.split(g.linear(x, D, H * d, False), H, d) for _ in range(2))
        k = g.split(g.linear(x, D, H * d, False), H, d, perm=(0, 2, 3, 1))
        p = g.op('Softmax', g.op('Add', g.op('MatMul', q, k), bias), axis=3)
        g.site('self', layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.op('Add', x, g.linear(y, H * d, D, False))
    g.output(x, 'last_hidden_state')
    return g


@case
def timm_rank3():
    """Batch fixed to 1 and squeezed away: weights are [H, T, S]; fused qkv by Reshape, Transpose and Split."""
    g = Graph('timm.no-batch', 17)
    H, d, P, D = 3, 4, 9, 12
    pixels = g.input('x', g.rng.standard_normal((1, 3, 6, 6)).astype(np.float32), [1, 3, 6, 6])
    x = g.op('Conv', pixels, g.w(D, 3, 2, 2, scale=.4), g.w(D, scale=.1), kernel_shape=[2, 2], strides=[2, 2])
    x = g.op('Transpose', g.op('Reshape', x, g.i(D, P)), perm=[1, 0])
    x = g.op('Add', g.op('Concat', g.w(1, D, scale=1), x, axis=0), g.w(P + 1, D, scale=.5))
    for layer in range(2):
        g.scope = f'/blocks/blocks.{layer}/attn'
        qkv = g.op('Transpose', g.op('Reshape', g.linear(g.norm(x, D), D, 3 * D), g.i(P + 1, 3, H, d)), perm=[1, 2, 0, 3])
        q, k, v = (g.op('Squeeze', y, g.i(0)) for y in g.op('Split', qkv, n=3, axis=0))
        s = g.op('MatMul', g.op('Mul', q, g.f(d ** -.25)), g.op('Mul', g.op('Transpose', k, perm=[0, 2, 1]), g.f(d ** -.25)))
        p = g.op('Softmax', s, axis=-1)
        g.site('self', layer, p, lambda a: a[None])
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[1, 0, 2]), g.i(P + 1, D))
        x = g.op('Add', x, g.linear(y, D, D))
    g.scope = ''
    head = g.op('Gemm', g.op('Slice', x, g.i(0), g.i(1), g.i(0)), g.w(D, 5), g.w(5))
    g.output(g.op('Softmax', head, axis=-1), 'probabilities')
    return g


@case
def spatial_reduction():
    """PVT, SegFormer: keys come from a strided convolution of the same picture, S is a quarter of T."""
    g = Graph('segformer.reduced-keys', 13)
    H, d, D = 2, 4, 8
    pixels = g.input('pixel_values', g.rng.standard_normal((1, 3, 8, 8)).astype(np.float32), ['batch', 3, 8, 8])
    x = g.op('Conv', pixels, g.w(D, 3, 2, 2, scale=.4), kernel_shape=[2, 2], strides=[2, 2])
    x = g.op('Transpose', g.op('Reshape', x, g.i(0, D, 16)), perm=[0, 2, 1])
    for layer in range(2):
        g.scope = f'/encoder/block.{layer}/attention/self'
        picture = g.op('Reshape', g.op('Transpose', x, perm=[0, 2, 1]), g.i(0, D, 4, 4))
        less = g.op('Conv', picture, g.w(D, D, 2, 2, scale=.3), g.w(D, scale=.1), kernel_shape=[2, 2], strides=[2, 2])
        less = g.norm(g.op('Transpose', g.op('Reshape', less, g.i(0, D, 4)), perm=[0, 2, 1]), D)
        q = g.split(g.linear(x, D, D), H, d)
        k, v = (g.split(g.linear(less, D, D), H, d) for _ in range(2))
        s = g.op('Div', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(2.0))
        p = g.op('Softmax', s, axis=-1)
        g.site('self', layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        x = g.op('Add', x, g.linear(y, D, D))
    g.output(x, 'last_hidden_state')
    return g


@case
def detr():
    """DETR: an encoder over pixels, learned object queries that attend to each other and to the picture; positions join q and k alone."""
    g = Graph('detr.object-queries', 14)
    H, d, D, P, N = 2, 4, 8, 12, 5
    pixels = g.input('pixel_values', g.rng.standard_normal((1, 3, 6, 8)).astype(np.float32), [1, 3, 6, 8])
    x = g.op('Conv', pixels, g.w(D, 3, 2, 2, scale=.5), kernel_shape=[2, 2], strides=[2, 2])
    x = g.op('Transpose', g.op('Reshape', x, g.i(1, D, P)), perm=[0, 2, 1])
    where, asked = g.w(1, P, D, scale=1), g.w(1, N, D, scale=1, name='query_position_embeddings.weight')

    def attend(kind, layer, a, ap, b, bp, T, S):
        q, k, v = g.linear(g.op('Add', a, ap), D, D), g.linear(g.op('Add', b, bp), D, D), g.linear(b, D, D)
        q, k, v = (g.op('Reshape', g.split(y, H, d, b=1, t=n), g.i(H, n, d)) for y, n in ((q, T), (k, S), (v, S)))
        p = g.op('Softmax', g.op('MatMul', g.op('Mul', q, g.f(.5)), g.op('Transpose', k, perm=[0, 2, 1])), axis=-1)
        g.site(kind, layer, p, lambda y: y[None])
        y = g.op('Transpose', g.op('Reshape', g.op('MatMul', p, v), g.i(1, H, T, d)), perm=[0, 2, 1, 3])
        return g.op('Add', a, g.linear(g.op('Reshape', y, g.i(1, T, D)), D, D))

    for layer in range(2):
        g.scope = f'/model/encoder/layers.{layer}/self_attn'
        x = g.norm(attend('encoder', layer, x, where, x, where, P, P), D)
    y = g.c(np.zeros((1, N, D), np.float32))
    for layer in range(2):
        g.scope = f'/model/decoder/layers.{layer}/self_attn'
        y = g.norm(attend('decoder', layer, y, asked, y, asked, N, N), D)
        g.scope = f'/model/decoder/layers.{layer}/encoder_attn'
        y = g.norm(attend('cross', layer, y, asked, x, where, N, P), D)
    g.output(g.linear(y, D, 4), 'logits')
    return g


@case
def latent_attention():
    """DeepSeek's latent attention: rotary part of the key shared by all heads, value width other than key width."""
    g = Graph('deepseek.latent', 17)
    T, H, D, nope, rope, e = 7, 3, 12, 4, 2, 5
    x = embedded(g, ids(g, T), D)
    causal = np.where(np.tril(np.ones((T, T), bool)), 0, -1e9).astype(np.float32)[None, None]
    angle = np.arange(T)[:, None] * np.array([[1.0]])
    cos, sin = (np.repeat(f(angle), 2, -1).astype(np.float32)[None, None] for f in (np.cos, np.sin))

    def rotate(a):
        lo, hi = g.op('Split', a, g.i(rope // 2, rope // 2), n=2, axis=-1)
        return g.op('Add', g.op('Mul', a, g.c(cos)), g.op('Mul', g.op('Concat', g.op('Neg', hi), lo, axis=-1), g.c(sin)))

    for layer in range(2):
        g.scope = f'/model/layers.{layer}/self_attn'
        q = g.split(g.linear(x, D, H * (nope + rope), False), H, nope + rope)
        qn, qr = g.op('Split', q, g.i(nope, rope), n=2, axis=-1)
        down = g.linear(x, D, 6 + rope, False)
        latent, kr = g.op('Split', down, g.i(6, rope), n=2, axis=-1)
        kv = g.split(g.linear(g.norm(latent, 6), 6, H * (nope + e), False), H, nope + e)
        kn, v = g.op('Split', kv, g.i(nope, e), n=2, axis=-1)
        kr = rotate(g.op('Unsqueeze', kr, g.i(1)))
        q = g.op('Concat', qn, rotate(qr), axis=-1)
        k = g.op('Concat', kn, g.op('Expand', kr, g.i(1, H, T, rope)), axis=-1)
        s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f((nope + rope) ** -.5))
        p = g.op('Softmax', g.op('Add', s, g.c(causal)), axis=-1)
        g.site('self', layer, p, causal=True)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, H * e))
        x = g.op('Add', x, g.linear(y, H * e, D, False))
    g.output(x, 'last_hidden_state')
    return g


@case
def cosine_attention():
    """Swin v2: normalised q and k, a learned scale, a bias by position, two windows in the batch axis with a shifted mask."""
    g = Graph('swinv2.cosine', 16)
    H, d, D, T = 2, 4, 8, 4
    pixels = g.input('pixel_values', g.rng.standard_normal((1, 3, 4, 8)).astype(np.float32), [1, 3, 4, 8])
    x = g.op('Conv', pixels, g.w(D, 3, 2, 2, scale=.4), kernel_shape=[2, 2], strides=[2, 2])
    x = g.op('Transpose', g.op('Reshape', x, g.i(1, D, 2, 2, 2)), perm=[0, 3, 2, 4, 1])
    x = g.op('Reshape', x, g.i(2, T, D))

    def unit(a):
        return g.op('Div', a, g.op('Clip', g.op('ReduceL2', a, axes=[-1], keepdims=1), g.f(1e-12)))

    shifted = np.zeros((2, T, T), np.float32)
    shifted[1, :2, 2:] = shifted[1, 2:, :2] = -100
    for layer in range(2):
        g.scope = f'/encoder/layers.0/blocks.{layer}/attention/self'
        q, k, v = (g.split(g.linear(x, D, D), H, d) for _ in range(3))
        s = g.op('MatMul', unit(q), g.op('Transpose', unit(k), perm=[0, 1, 3, 2]))
        s = g.op('Mul', s, g.op('Exp', g.op('Min', g.w(H, 1, 1, scale=.5), g.f(4.6))))
        s = g.op('Add', s, g.op('Unsqueeze', g.w(H, T, T, scale=.8), g.i(0)))
        if layer:
            s = g.op('Add', g.op('Reshape', s, g.i(1, 2, H, T, T)), g.c(shifted[None, :, None]))
            s = g.op('Reshape', s, g.i(-1, H, T, T))
        p = g.op('Softmax', s, axis=-1)
        g.site('self', layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        x = g.op('Add', x, g.linear(y, D, D))
    g.output(x, 'last_hidden_state')
    return g


@case
def falcon_cache():
    """Keys cached as they are multiplied [B·H, d, P], values as [B·H, P, d]; every length is computed from Shape; two steps after three cached ones."""
    g = Graph('cache.transposed-keys', 17)
    T, P, H, d = 2, 3, 3, 4
    tokens = ids(g, T)
    x = embedded(g, tokens, H * d)
    g.input('attention_mask', np.ones((1, P + T), np.int64), ['batch', 'past + sequence'])
    g.nodes.append(helper.make_node('Cast', ['attention_mask'], ['am'], to=TensorProto.FLOAT))
    pad = g.op('Unsqueeze', g.op('Mul', g.op('Sub', g.f(1), 'am'), g.f(-1e9)), g.i(1))
    size = lambda y, axis: g.op('Gather', g.op('Shape', y), g.i(axis), axis=0)
    joined = g.op('Mul', size(tokens, 0), g.i(H))
    scalar = lambda y: g.op('Squeeze', y, g.i(0))
    total = size('attention_mask', 1)
    before = g.op('Sub', total, size(tokens, 1))
    i = g.op('Unsqueeze', g.op('Range', scalar(before), scalar(total), g.s(1)), g.i(1))
    j = g.op('Unsqueeze', g.op('Range', g.s(0), scalar(total), g.s(1)), g.i(0))
    causal = g.op('Unsqueeze', g.op('Where', g.op('Greater', j, i), g.f(-1e9), g.f(0)), g.i(0))
    for layer in range(2):
        g.scope = f'/transformer/h.{layer}/attn'
        pk = g.input(f'past_key_values.{layer}.key', g.rng.standard_normal((H, d, P)).astype(np.float32), ['batch_size x num_heads', d, 'past'])
        pv = g.input(f'past_key_values.{layer}.value', g.rng.standard_normal((H, P, d)).astype(np.float32), ['batch_size x num_heads', 'past', d])
        q, k, v = (g.linear(x, H * d, H * d) for _ in range(3))
        rows = g.op('Concat', joined, size(tokens, 1), g.i(d), axis=0)
        q, v = (g.op('Reshape', g.split(y, H, d), rows) for y in (q, v))
        k = g.op('Reshape', g.split(k, H, d, perm=(0, 2, 3, 1)), g.op('Concat', joined, g.i(d), size(tokens, 1), axis=0))
        k, v = g.op('Concat', pk, k, axis=2, to=f'present.{layer}.key'), g.op('Concat', pv, v, axis=1, to=f'present.{layer}.value')
        g.out(f'present.{layer}.key'), g.out(f'present.{layer}.value')
        s = g.op('Add', g.op('Mul', g.op('MatMul', q, k), g.f(.5)), causal)
        s = g.op('Add', g.op('Reshape', s, g.op('Concat', size(tokens, 0), g.i(H), size(tokens, 1), total, axis=0)), g.op('Unsqueeze', pad, g.i(1)))
        p = g.op('Softmax', s, axis=-1)
        g.site('self', layer, p, causal=True)
        y = g.op('MatMul', g.op('Reshape', p, g.op('Concat', joined, size(tokens, 1), total, axis=0)), v)
        y = g.op('Reshape', y, g.op('Concat', size(tokens, 0), g.i(H), size(tokens, 1), g.i(d), axis=0))
        y = g.op('Reshape', g.op('Transpose', y, perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.op('Add', x, g.linear(y, H * d, H * d))
    g.output(x, 'logits')
    return g


@case
def scan_layers():
    """The layers are turns of a Scan over stacked weights, as JAX writes them."""
    g = Graph('jax.scan-layers', 13)
    T, H, d, D, L = 6, 2, 3, 6, 3
    x = embedded(g, ids(g, T, symbolic=False), D)
    stacks = [g.w(L, D, D, scale=.6) for _ in range(4)]
    b = Graph('body', 13)
    b.scope = 'while/body'
    q, k, v = (b.op('Transpose', b.op('Reshape', b.op('MatMul', 'h', w), b.i(1, T, H, d)), perm=[0, 2, 1, 3]) for w in ('wq', 'wk', 'wv'))
    p = b.op('Softmax', b.op('Mul', b.op('MatMul', q, b.op('Transpose', k, perm=[0, 1, 3, 2])), b.f(d ** -.5)), axis=-1)
    y = b.op('Reshape', b.op('Transpose', b.op('MatMul', p, v), perm=[0, 2, 1, 3]), b.i(1, T, D))
    b.op('Add', 'h', b.op('MatMul', y, 'wo'), to='h_out')
    b.op('Identity', p, to='p_out')
    body = helper.make_graph(b.nodes, 'body',
        [helper.make_tensor_value_info('h', 1, [1, T, D]), *[helper.make_tensor_value_info(w, 1, [D, D]) for w in ('wq', 'wk', 'wv', 'wo')]],
        [helper.make_tensor_value_info('h_out', 1, [1, T, D])], b.inits)
    probed = helper.make_graph(b.nodes, 'body', body.input, [*body.output, helper.make_tensor_value_info('p_out', 1, [1, H, T, T])], b.inits)
    g.nodes.append(helper.make_node('Scan', [x, *stacks], ['h_last'], name='scan', body=body, num_scan_inputs=4))
    g.output('h_last', 'last_hidden_state')
    g.probed = helper.make_node('Scan', [x, *stacks], ['h_last', 'p_all'], name='scan', body=probed, num_scan_inputs=4)
    for layer in range(L):
        g.site('self', layer, 'p_all', lambda a, i=layer: a[i])
    return g


@case
def if_prefill():
    """Both branches of an If attend: prefill takes the causal one, chosen by a flag; names unlike optimum's."""
    g = Graph('if.flag-chooses-mask', 16)
    T, H, d, D = 6, 2, 4, 8
    x = embedded(g, ids(g, T), D)
    flag = g.input('is_causal', np.array(True), [])
    q, k, v = (g.split(g.linear(x, D, D), H, d) for _ in range(3))
    s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5))
    b = Graph('b', 16)
    low = b.c(np.where(np.tril(np.ones((T, T), bool)), 0, -1e9).astype(np.float32)[None, None])
    b.op('Add', s, low, to='masked')
    yes = helper.make_graph(b.nodes, 'yes', [], [helper.make_tensor_value_info('masked', 1, None)], b.inits)
    no = helper.make_graph([helper.make_node('Identity', [s], ['plain'])], 'no', [], [helper.make_tensor_value_info('plain', 1, None)])
    g.nodes.append(helper.make_node('If', [flag], ['chosen'], name='If_0', then_branch=yes, else_branch=no))
    p = g.op('Softmax', 'chosen', axis=-1)
    y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
    g.output(g.linear(y, D, D), 'y')
    g.refuse = [{'reason': 'an If chooses the mask'}]
    return g


@case
def batch_left_padded():
    """Three texts in a batch, padded on the left and on the right, boolean mask of rank 4 made with And."""
    g = Graph('batch.left-padded', 17)
    T, H, d, D, B = 6, 2, 4, 8, 3
    x = embedded(g, ids(g, T, B=B), D)
    m = g.input('attention_mask', np.array([[0, 0, 1, 1, 1, 1], [1] * 6, [1, 1, 1, 1, 1, 0]], np.int64), ['batch', 'sequence'])
    g.nodes.append(helper.make_node('Cast', [m], ['mb'], to=TensorProto.BOOL))
    allow = g.op('And', g.c(np.tril(np.ones((T, T), bool))[None, None]), g.op('Unsqueeze', 'mb', g.i(1, 2)))
    for layer in range(2):
        g.scope = f'/model/layers.{layer}/self_attn'
        q, k, v = (g.split(g.linear(x, D, D), H, d) for _ in range(3))
        s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5))
        p = g.op('Softmax', g.op('Where', allow, s, g.f(-np.inf)), axis=-1)
        p = g.op('Where', g.op('IsNaN', p), g.f(0), p)
        g.site('self', layer, p, causal=True)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        x = g.op('Add', x, g.linear(y, D, D))
    g.output(x, 'last_hidden_state')
    return g


@case
def channel_attention():
    """XCiT: softmax over channels, not over places: no token looks at another."""
    g = Graph('xcit.channels', 17)
    H, d, D, T = 2, 4, 8, 9
    pixels = g.input('pixel_values', g.rng.standard_normal((1, 3, 6, 6)).astype(np.float32), [1, 3, 6, 6])
    x = g.op('Conv', pixels, g.w(D, 3, 2, 2, scale=.4), kernel_shape=[2, 2], strides=[2, 2])
    x = g.op('Transpose', g.op('Reshape', x, g.i(1, D, T)), perm=[0, 2, 1])
    g.scope = '/blocks.0/attn'
    q, k, v = (g.split(g.linear(x, D, D), H, d, perm=(0, 2, 3, 1)) for _ in range(3))
    s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.w(H, 1, 1, scale=1))
    p = g.op('Softmax', s, axis=-1)
    y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 3, 1, 2]), g.i(1, T, D))
    g.output(g.linear(y, D, D), 'y')
    g.refuse = [{'reason': 'softmax over channels'}]
    return g


def qkv(g, x, D, H, d, G=None):
    return g.linear(x, D, H * d), g.linear(x, D, (G or H) * d), g.linear(x, D, (G or H) * d)


def heads(a, n): return a.reshape(a.shape[0], a.shape[1], n, -1).transpose(0, 2, 1, 3)


@case
def mha_past():
    """com.microsoft.MultiHeadAttention with a cache, a bias on the projections, a mask of lengths and an attention bias."""
    g = Graph('ms.mha-past-bias', 17, microsoft=True)
    T, P, H, d = 3, 4, 2, 4
    D = H * d
    x = embedded(g, ids(g, T), D)
    for layer in range(2):
        g.scope = f'/layers.{layer}'
        q, k, v = (g.op('MatMul', x, g.w(D, D)) for _ in range(3))
        bias = g.w(3 * D, scale=.3)
        pk = g.input(f'past.{layer}.key', g.rng.standard_normal((1, H, P, d)).astype(np.float32), ['batch', H, 'past', d])
        pv = g.input(f'past.{layer}.value', g.rng.standard_normal((1, H, P, d)).astype(np.float32), ['batch', H, 'past', d])
        ab = g.w(1, H, T, P + T, scale=.5)
        y, nk, nv = g.op('MultiHeadAttention', q, k, v, bias, '', ab, pk, pv, n=3, domain='com.microsoft', num_heads=H, unidirectional=1, scale=.4)
        values = (q, nk, ab, bias)

        def weights(q, k, ab, bias):
            s = heads(q + bias[:D], H) @ k.transpose(0, 1, 3, 2) * .4 + ab
            i, j = np.arange(T)[:, None], np.arange(P + T)[None]
            return softmax(np.where(j <= i + P, s, -1e30))

        g.site('self', layer, tuple(g.op('Identity', n) for n in values), weights, causal=True)
        x = g.op('Add', x, g.linear(y, D, D))
    g.output(x, 'logits')
    return g


@case
def gqa_packed():
    """com.microsoft.GroupQueryAttention: packed projections, a cache, interleaved rotary, a window, a cap."""
    g = Graph('ms.gqa-packed-window', 17, microsoft=True)
    T, P, H, G, d, W = 4, 3, 4, 2, 16, 4
    D = 12
    x = embedded(g, ids(g, T), D)
    pos = np.arange(32)[:, None] / 10000 ** (np.arange(d // 2)[None] * 2 / d)
    cos, sin = np.cos(pos).astype(np.float32), np.sin(pos).astype(np.float32)
    for layer in range(2):
        g.scope = f'/model/layers.{layer}/attn'
        packed = g.linear(x, D, (H + 2 * G) * d)
        pk = g.input(f'past_key_values.{layer}.key', g.rng.standard_normal((1, G, P, d)).astype(np.float32), ['batch', G, 'past', d])
        pv = g.input(f'past_key_values.{layer}.value', g.rng.standard_normal((1, G, P, d)).astype(np.float32), ['batch', G, 'past', d])
        y, nk, nv = g.op('GroupQueryAttention', packed, '', '', pk, pv, g.c(np.array([P + T - 1], np.int32)), g.c(np.array(P + T, np.int32)),
            g.c(cos), g.c(sin), n=3, domain='com.microsoft', num_heads=H, kv_num_heads=G, do_rotary=1, rotary_interleaved=1,
            local_window_size=W, softcap=3.0, scale=.2)

        def weights(packed, k):
            q = heads(packed[..., :H * d], H)
            a, b = q[..., 0::2], q[..., 1::2]
            c, s = cos[P:P + T], sin[P:P + T]
            r = np.empty_like(q)
            r[..., 0::2], r[..., 1::2] = a * c - b * s, b * c + a * s
            logits = r @ np.repeat(k, H // G, 1).transpose(0, 1, 3, 2) * .2
            logits = 3 * np.tanh(logits / 3)
            i, j = np.arange(T)[:, None] + P, np.arange(P + T)[None]
            return softmax(np.where((j <= i) & (j > i - W), logits, -1e30))

        g.site('self', layer, (g.op('Identity', packed), g.op('Identity', nk)), weights, causal=True, window=W, kvHeads=G)
        x = g.op('Add', x, g.linear(y, H * d, D))
    g.output(x, 'logits')
    return g


@case
def onnx_attention23():
    """ai.onnx Attention 23: rank 3 with head counts, a cache, causal, a cap, grouped keys."""
    g = Graph('onnx.attention23-rank3-cache', 23, ir=10)
    T, P, H, G, d = 3, 4, 4, 2, 4
    D = 10
    x = embedded(g, ids(g, T), D)
    for layer in range(2):
        g.scope = f'layers.{layer}'
        q, k, v = qkv(g, x, D, H, d, G)
        pk = g.input(f'past_key_values.{layer}.key', g.rng.standard_normal((1, G, P, d)).astype(np.float32), ['batch', G, 'past', d])
        pv = g.input(f'past_key_values.{layer}.value', g.rng.standard_normal((1, G, P, d)).astype(np.float32), ['batch', G, 'past', d])
        y, nk, nv = g.op('Attention', q, k, v, '', pk, pv, n=3, q_num_heads=H, kv_num_heads=G, is_causal=1, softcap=2.0, scale=.6)

        def weights(q, k):
            s = heads(q, H) @ np.repeat(k, H // G, 1).transpose(0, 1, 3, 2) * .6
            s = 2 * np.tanh(s / 2)
            i, j = np.arange(T)[:, None] + P, np.arange(P + T)[None]
            return softmax(np.where(j <= i, s, -1e30))

        g.site('self', layer, (g.op('Identity', q), g.op('Identity', nk)), weights, causal=True, kvHeads=G)
        x = g.op('Add', x, g.linear(y, H * d, D))
    g.output(x, 'logits')
    return g


@case
def ms_attention_gpt2():
    """com.microsoft.Attention as onnxruntime's GPT-2 optimiser writes it: causal, a cache as one tensor, a mask over past and present."""
    g = Graph('ms.attention-gpt2-past', 14, microsoft=True)
    T, P, H, d = 3, 2, 2, 4
    D = H * d
    x = embedded(g, ids(g, T), D)
    mask = g.input('attention_mask', np.array([[1, 0, 1, 1, 1]], np.int32), ['batch', 'total'])
    for layer in range(2):
        g.scope = f'Attention_{layer}'
        past = g.input(f'past_{layer}', g.rng.standard_normal((2, 1, H, P, d)).astype(np.float32), [2, 'batch', H, 'past', d])
        w, b = g.w(D, 3 * D), g.w(3 * D, scale=.3)
        y, present = g.op('Attention', x, w, b, mask, past, n=2, domain='com.microsoft', num_heads=H, unidirectional=1)
        all_ = g.op('Add', g.op('MatMul', x, w), b)

        def weights(a, present):
            s = heads(a[..., :D], H) @ present[0].transpose(0, 1, 3, 2) / np.sqrt(d)
            i, j = np.arange(T)[:, None] + P, np.arange(P + T)[None]
            return softmax(np.where((j <= i) & (np.array([1, 0, 1, 1, 1]) == 1), s, -1e30))

        g.site('self', layer, (all_, g.op('Identity', present)), weights, causal=True)
        x = g.op('Add', x, g.linear(y, D, D))
    g.output(x, 'logits')
    return g


@case
def gated_values():
    """The result of attention is gated (Qwen3-Next's full layers), heads of one layer are pruned, bf16-like casts around the product."""
    g = Graph('gated.pruned-heads', 17)
    T, D, d = 7, 12, 4
    x = embedded(g, ids(g, T), D)
    for layer, H in enumerate((3, 2)):
        g.scope = f'/layers.{layer}/self_attn'
        q, k, v = (g.split(g.linear(x, D, H * d), H, d) for _ in range(3))
        s = g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5))
        p = g.op('Softmax', s, axis=-1)
        g.site('self', layer, p)
        y = g.op('Mul', g.op('MatMul', p, v), g.op('Sigmoid', g.split(g.linear(x, D, H * d), H, d)))
        y = g.op('Reshape', g.op('Transpose', y, perm=[0, 2, 1, 3]), g.i(0, 0, H * d))
        x = g.op('Add', x, g.linear(y, H * d, D))
    g.output(x, 'last_hidden_state')
    return g


@case
def perceiver():
    """Perceiver: learned latents attend to the input, then to each other, then an output query attends to them."""
    g = Graph('perceiver.latents', 17)
    T, N, H, d, D = 7, 4, 2, 4, 8
    x = embedded(g, ids(g, T), D)
    latents = g.op('Expand', g.w(1, N, D, scale=1, name='latents'), g.i(1, N, D))

    def attend(kind, layer, a, b):
        q, k, v = (g.split(g.linear(y, D, D), H, d) for y in (a, b, b))
        p = g.op('Softmax', g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5)), axis=-1)
        g.site(kind, layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        return g.op('Add', a, g.linear(y, D, D))

    y = attend('cross', 0, latents, x)
    y = attend('self', 0, y, y)
    y = attend('self', 1, y, y)
    g.output(y, 'last_hidden_state')
    return g


@case
def float_mask_rank4():
    """A caller's own additive mask of rank 4 and inputs with names that say nothing."""
    g = Graph('names.unknown-inputs', 15)
    T, H, d, D = 5, 2, 4, 8
    x = g.input('input.77', g.rng.standard_normal((1, T, D)).astype(np.float32), ['n', 'l', D])
    m = g.input('onnx::Add_3', np.where(np.tril(np.ones((T, T), bool)), 0, -1e4).astype(np.float32)[None, None], ['n', 1, 'l', 'l'])
    q, k, v = (g.split(g.linear(x, D, D), H, d) for _ in range(3))
    s = g.op('Add', g.op('Div', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(2)), m)
    p = g.op('Softmax', s, axis=-1)
    g.site('self', 0, p)
    y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
    g.output(g.linear(y, D, D), '321')
    return g


@case
def block_sparse_pool():
    """Decoys: attention pooling with one learned query per head is attention; a gate over two branches and a class softmax are not."""
    g = Graph('decoys.gate-and-classes', 17)
    T, D = 6, 8
    x = embedded(g, ids(g, T), D)
    gate = g.op('Softmax', g.linear(x, D, 2), axis=-1)
    a, b = g.op('Split', gate, g.i(1, 1), n=2, axis=-1)
    x = g.op('Add', g.op('Mul', a, g.linear(x, D, D)), g.op('Mul', b, g.linear(x, D, D)))
    mean = g.op('ReduceMean', x, axes=[1], keepdims=0)
    classes = g.op('Softmax', g.linear(mean, D, 5), axis=-1)
    g.output(g.op('MatMul', classes, g.w(5, 3)), 'expected')
    return g


@case
def head_blocks():
    """CodeGen: the features are cut into blocks, each with the queries, values and keys of some heads; the blocks are joined to heads again."""
    g = Graph('codegen.head-blocks', 16)
    T, M, L, d = 6, 2, 3, 4
    H, D = M * L, M * L * d
    x = embedded(g, ids(g, T, B=2), D)
    causal = np.where(np.tril(np.ones((T, T), bool)), 0, -1e9).astype(np.float32)[None, None]
    for layer in range(2):
        g.scope = f'/transformer/h.{layer}/attn'
        blocks = g.op('Reshape', g.linear(x, D, 3 * D, False), g.i(0, 0, M, -1))
        q, v, k = g.op('Split', blocks, g.i(L * d, L * d, L * d), n=3, axis=-1)
        q, v, k = (g.op('Reshape', g.op('Reshape', a, g.i(0, 0, M, L, d)), g.i(0, -1, H, d)) for a in (q, v, k))
        q, v = (g.op('Transpose', a, perm=[0, 2, 1, 3]) for a in (q, v))
        s = g.op('Add', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 2, 3, 1])), g.c(causal))
        p = g.op('Softmax', g.op('Div', s, g.f(2)), axis=-1)
        g.site('self', layer, p, causal=True)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        x = g.op('Add', x, g.linear(y, D, D))
    g.scope = ''
    g.output(x, 'last_hidden_state')
    return g


@case
def einsum_ellipsis():
    """Products written as Einsum with an ellipsis for batch, and for batch and heads."""
    g = Graph('longt5.einsum-ellipsis', 16)
    T, H, d, D = 7, 3, 4, 12
    x = embedded(g, ids(g, T, B=2), D)
    for layer in range(2):
        g.scope = f'/encoder/block.{layer}/SelfAttention'
        q, k, v = (g.op('Reshape', g.linear(x, D, D, False), g.i(0, 0, H, d)) for _ in range(3))
        s = g.op('Einsum', q, k, equation='...qhd,...khd->...hqk')
        p = g.op('Softmax', g.op('Mul', s, g.f(.5)), axis=-1)
        g.site('self', layer, p)
        if layer: y = g.op('Einsum', p, v, equation='...hqk,...khd->...qhd')
        else: y = g.op('Transpose', g.op('Einsum', p, g.op('Transpose', v, perm=[0, 2, 1, 3]), equation='...qk,...kd'), perm=[0, 3, 1, 2])  # without an arrow: letters in order, d before q
        x = g.op('Add', x, g.linear(g.op('Reshape', y, g.i(0, 0, D)), D, D))
    g.scope = ''
    g.output(x, 'last_hidden_state')
    return g


@case
def random_order():
    """Masked autoencoder: the tokens are put in an order that random numbers give (here times 0, so that it is the same each time)."""
    g = Graph('mae.random-order', 16)
    N, H, d, D = 6, 2, 4, 8
    x = g.op('Add', g.linear(g.input('pixel_values', g.rng.standard_normal((2, N, 10)).astype(np.float32), ['batch', N, 10]), 10, D), g.w(N, D, scale=.6))
    sizes = g.op('Slice', g.op('Shape', x), g.i(0), g.i(2), g.i(0))
    noise = g.op('Mul', g.op('RandomUniformLike', g.op('ConstantOfShape', sizes), dtype=1), g.f(0))
    order = g.op('TopK', g.op('Add', noise, g.c(np.array([[3, 1, 5, 0, 4, 2]], np.float32))), g.i(4), n=2, axis=1, largest=0, sorted=1)[1]
    x = g.op('GatherElements', x, g.op('Expand', g.op('Unsqueeze', order, g.i(2)), g.i(1, 1, D)), axis=1)
    for layer in range(2):
        g.scope = f'/encoder/layer.{layer}/attention'
        q, k, v = (g.split(g.linear(x, D, D), H, d) for _ in range(3))
        p = g.op('Softmax', g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5)), axis=-1)
        g.site('self', layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        x = g.op('Add', x, g.linear(y, D, D))
    g.scope = ''
    g.output(x, 'last_hidden_state')
    return g


@case
def pooled_towers():
    """SigLIP: a picture and a text, each in a tower; a learned query pools the picture. None of them is an encoder or a decoder."""
    g = Graph('siglip.pooled-towers', 17)
    H, d, D = 2, 4, 8

    def attend(kind, layer, a, b):
        q, k, v = (g.split(g.linear(y, D, D), H, d) for y in (a, b, b))
        p = g.op('Softmax', g.op('Mul', g.op('MatMul', q, g.op('Transpose', k, perm=[0, 1, 3, 2])), g.f(.5)), axis=-1)
        g.site(kind, layer, p)
        y = g.op('Reshape', g.op('Transpose', g.op('MatMul', p, v), perm=[0, 2, 1, 3]), g.i(0, 0, D))
        return g.op('Add', a, g.linear(y, D, D))

    seen = g.linear(g.input('pixel_values', g.rng.standard_normal((1, 5, 10)).astype(np.float32), [1, 5, 10]), 10, D)
    read = embedded(g, ids(g, 7), D)
    for layer in range(2): seen, read = attend('encoder', layer, seen, seen), attend('decoder', layer, read, read)  # the towers, by the names that this folder has for them
    pooled = attend('cross', 0, g.w(1, 1, D, scale=1, name='probe'), seen)
    last = g.op('Slice', read, g.i(-1), g.i(2 ** 62), g.i(1))
    g.output(g.op('MatMul', g.op('Reshape', last, g.i(-1, D)), g.op('Reshape', pooled, g.i(D, 1))), 'logits_per_text')
    return g


if __name__ == '__main__':
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    for make in CASES:
        save(make(), root)
