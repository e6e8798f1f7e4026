/**
 * Reads WAVE files: PCM of 8, 16, 24 and 32 bits and floating point of 32 and 64, any number of channels, any sampling rate.
 *
 * Source: Microsoft and IBM 1991, "Multimedia Programming Interface and Data Specifications 1.0"; WAVEFORMATEXTENSIBLE of Windows' mmreg.h.
 */
import { HeadlightError } from '../errors.ts';

export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  readonly channels: number;
  /** In words: `PCM, 16 bit`. */
  readonly format: string;
  /** The mean of all channels, −1 … 1. */
  readonly samples: Float32Array;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

interface Format {
  readonly kind: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/** Longest sound that is read, in samples of all channels: an hour of stereo at 48 kHz. */
const LIMIT = 48_000 * 3600 * 2;

/**
 * @throws HeadlightError `format` for bytes that are no WAVE file or a broken one, `unsupported` for compressed ones, `limit`
 */
export function readWav(bytes: Uint8Array, name = 'The sound'): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') {
    throw new HeadlightError('format', `${name} is no WAVE file. Choose a .wav file, or save the sound as one.`);
  }
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(bytes, at) === 'fmt ') format = readFormat(view, start, size, name);
    if (tag(bytes, at) === 'data') {
      if (!format) throw new HeadlightError('format', `${name} has its samples before it says what they are.`);
      // A recording that was broken off says a length that is not there: what is there counts.
      return soundOf(new DataView(bytes.buffer, bytes.byteOffset + start, Math.min(size, bytes.length - start)), format, name);
    }
    at = start + size + (size % 2);
  }
  throw new HeadlightError('format', `${name} has no samples.`);
}

const tag = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

function readFormat(view: DataView, at: number, size: number, name: string): Format {
  if (size < 16 || at + size > view.byteLength) throw new HeadlightError('format', `${name} is broken: its format is cut off.`);
  const code = view.getUint16(at, true);
  const kind = code === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : code;
  const format = { kind, channels: view.getUint16(at + 2, true), rate: view.getUint32(at + 4, true), bits: view.getUint16(at + 14, true) };
  const known = (kind === PCM && [8, 16, 24, 32].includes(format.bits)) || (kind === FLOAT && [32, 64].includes(format.bits));
  if (!known) {
    const words = `holds a sound of kind ${kind} with ${format.bits} bits, which cannot be read`;
    throw new HeadlightError('unsupported', `${name} ${words}. Save it as PCM with 16 bits.`);
  }
  if (format.channels === 0 || format.rate === 0) throw new HeadlightError('format', `${name} is broken: it has no channel or no rate.`);
  return format;
}

/** Value of a sample, −1 … 1: integers are divided by half their range. */
function reader(view: DataView, { kind, bits }: Format): (at: number) => number {
  if (kind === FLOAT) return bits === 64 ? (at) => view.getFloat64(at, true) : (at) => view.getFloat32(at, true);
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (at) => view.getInt16(at, true) / 2 ** 15;
  if (bits === 24) return (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23;
  return (at) => view.getInt32(at, true) / 2 ** 31;
}

function soundOf(view: DataView, format: Format, name: string): Sound {
  const { channels, rate, bits, kind } = format;
  const width = bits / 8;
  const frames = Math.floor(view.byteLength / (width * channels));
  if (frames === 0) throw new HeadlightError('empty', `${name} has no samples. Choose another sound.`);
  if (frames * channels > LIMIT) throw new HeadlightError('limit', `${name} is longer than an hour. Cut it, then run again.`);
  const read = reader(view, format);
  const samples = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read((frame * channels + channel) * width);
    samples[frame] = sum / channels;
  }
  return { rate, channels, format: `${kind === FLOAT ? 'float' : 'PCM'}, ${bits} bit`, samples };
}
