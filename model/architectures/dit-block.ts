/**
 * A block of DiT (adaLN-Zero), and what it is told: step of time and class.
 *
 * Source: Peebles, Xie 2023, "Scalable Diffusion Models with Transformers", figure 3.
 */
import { silu } from '../blocks/activations.ts';
import { gatedResidual, modulate, plainNorm } from '../blocks/adaptive-norm.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import type { Module } from '../blocks/module.ts';
import { sinusoids } from '../blocks/positions/sinusoidal.ts';
import type { DitSettings } from './dit-settings.ts';

/** ε of the norms that a condition sets, which no configuration says. */
export const NORM_EPSILON = 1e-6;

/** Width of the waves that stand for a step of time. */
const TIME_WIDTH = 256;

interface Told<T> {
  readonly layer: number;
  /** Step of time, int64 [B] */
  readonly time: T;
  /** Class, int64 [B] */
  readonly label: T;
}

/** x + gate₁ ⊙ attention(norm(x)), then x + gate₂ ⊙ feedForward(norm(x)), norms and gates set by the condition: [B, P, D] → [B, P, D] */
export function ditBlock<T>(module: Module<T>, x: T, told: Told<T>, settings: DitSettings): T {
  const { ops } = module;
  const { width, epsilon } = settings;
  const norm = module.at('norm1');
  const set = settingsOfNorms(norm, told, settings);
  const normed = norm.record(modulate(ops, plainNorm(norm.at('norm'), x, width, NORM_EPSILON), set.shift1, set.scale1));
  const attended = gatedResidual(ops, x, set.gate1, selfAttention(module.at('attn1'), normed, told.layer, settings));
  const second = modulate(ops, plainNorm(module.at('norm3'), attended, width, epsilon), set.shift2, set.scale2);
  return module.record(gatedResidual(ops, attended, set.gate2, perceptron(module.at('ff'), second, settings)));
}

/** Of the norm before attention and of the one before the feed-forward: [B, D] each. */
interface NormSettings<T> {
  readonly shift1: T;
  readonly scale1: T;
  readonly gate1: T;
  readonly shift2: T;
  readonly scale2: T;
  readonly gate2: T;
}

function settingsOfNorms<T>(module: Module<T>, told: Told<T>, settings: DitSettings): NormSettings<T> {
  const { ops } = module;
  const said = module.at('silu').record(silu(ops, condition(module.at('emb'), told, settings)));
  const all = linear(module.at('linear'), said, { in: settings.width, out: 6 * settings.width });
  const [shift1, scale1, gate1, shift2, scale2, gate2] = ops.split(all, 6, { axis: -1 }) as [T, T, T, T, T, T];
  return { shift1, scale1, gate1, shift2, scale2, gate2 };
}

/** perceptron(waves of the time) + vector of the class: [B, D] */
function condition<T>(module: Module<T>, { time, label }: Told<T>, { width, classes }: DitSettings): T {
  const { ops } = module;
  const embedder = module.at('timestep_embedder');
  const first = linear(embedder.at('linear_1'), timeWaves(module.at('time_proj'), time), { in: TIME_WIDTH, out: width });
  const active = embedder.at('act').record(silu(ops, first));
  const ofTime = embedder.record(linear(embedder.at('linear_2'), active, { in: width, out: width }));
  const ofClass = embedding(module.at('class_embedder.embedding_table'), label, classes + 1, width);
  return module.record(ops.add(ofTime, ofClass));
}

/** [cos | sin] of the time at 128 speeds: int64 [B] → [B, 256] */
function timeWaves<T>(module: Module<T>, time: T): T {
  const { ops } = module;
  const waves = sinusoids(ops, time, { width: TIME_WIDTH, layout: 'half', exponent: 'i/(D/2-1)' });
  const [sin, cos] = ops.split(waves, 2, { axis: -1 }) as [T, T];
  return module.record(ops.concat([cos, sin], { axis: -1 }));
}

/** [B, P, D] → [B, P, D] */
function selfAttention<T>(module: Module<T>, x: T, layer: number, { width, heads, headDim }: DitSettings): T {
  const project = (name: string): T => splitHeads(module.ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const parts = { query: project('to_q'), key: project('to_k'), value: project('to_v') };
  const context = attention(module, parts, { kind: 'self', layer, heads, headDim });
  return module.record(linear(module.at('to_out.0'), context, { in: width, out: width }));
}

/** The feed-forward of diffusers, four times as wide inside: [B, P, D] → [B, P, D] */
function perceptron<T>(module: Module<T>, x: T, { width, f }: DitSettings): T {
  const inner = 4 * width;
  const up = linear(module.at('net.0.proj'), x, { in: width, out: inner });
  const active = module.at('net.0').record(f(module.ops, up));
  return module.record(linear(module.at('net.2'), active, { in: inner, out: width }));
}
