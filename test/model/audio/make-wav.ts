/** Sounds and WAVE files for tests, made of nothing but numbers. */
export type WavKind = 'pcm' | 'float';

export interface ToneOptions {
  readonly hertz: number;
  readonly rate: number;
  readonly seconds: number;
  readonly loudness?: number;
}

/** A sine. */
export function tone({ hertz, rate, seconds, loudness = 0.5 }: ToneOptions): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, n) => loudness * Math.sin((2 * Math.PI * hertz * n) / rate));
}

export interface WavOptions {
  readonly channels: readonly Float32Array[];
  readonly rate: number;
  readonly kind: WavKind;
  readonly bits: number;
  readonly extensible?: boolean;
  /** Chunks in front of the samples: name and length. */
  readonly before?: readonly (readonly [string, number])[];
}

/** A WAVE file. */
export function wavOf({ channels, rate, kind, bits, extensible = false, before = [] }: WavOptions): Uint8Array {
  const width = bits / 8;
  const frames = channels[0]!.length;
  const data = new DataView(new ArrayBuffer(frames * channels.length * width));
  for (let frame = 0; frame < frames; frame++) {
    for (const [c, channel] of channels.entries()) write(data, (frame * channels.length + c) * width, channel[frame]!, kind, bits);
  }
  const code = kind === 'float' ? 3 : 1;
  const format = new DataView(new ArrayBuffer(extensible ? 40 : 16));
  format.setUint16(0, extensible ? 0xfffe : code, true);
  format.setUint16(2, channels.length, true);
  format.setUint32(4, rate, true);
  format.setUint32(8, rate * channels.length * width, true);
  format.setUint16(12, channels.length * width, true);
  format.setUint16(14, bits, true);
  if (extensible) format.setUint16(24, code, true);
  const others = before.map(([name, length]) => chunk(name, new Uint8Array(length)));
  const body = [ascii('WAVE'), chunk('fmt ', new Uint8Array(format.buffer)), ...others, chunk('data', new Uint8Array(data.buffer))];
  return chunk('RIFF', joined(body));
}

function write(view: DataView, at: number, value: number, kind: WavKind, bits: number): void {
  if (kind === 'float') {
    if (bits === 64) view.setFloat64(at, value, true);
    else view.setFloat32(at, value, true);
    return;
  }
  const whole = Math.round(value * 2 ** (bits - 1));
  if (bits === 8) view.setUint8(at, whole + 128);
  else if (bits === 16) view.setInt16(at, whole, true);
  else if (bits === 32) view.setInt32(at, whole, true);
  else {
    view.setUint16(at, whole & 0xffff, true);
    view.setInt8(at + 2, whole >> 16);
  }
}

const ascii = (text: string) => new TextEncoder().encode(text);

function chunk(name: string, content: Uint8Array): Uint8Array {
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, content.length, true);
  return joined([ascii(name), new Uint8Array(size.buffer), content, new Uint8Array(content.length % 2)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
