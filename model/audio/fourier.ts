/**
 * The Fourier transform of a short piece of sound.
 *
 * Source: Cooley, Tukey 1965, "An Algorithm for the Machine Calculation of Complex Fourier Series": a transform of length p·m is p transforms
 * of length m, put together; taken apart into prime factors, whatever the length.
 */

/** A transform of a fixed length. */
export class Fourier {
  /** cos and −sin of 2π·k/n */
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;

  /** @param length n, from 1 up */
  constructor(private readonly length: number) {
    const angle = (k: number): number => (2 * Math.PI * k) / length;
    this.cos = Float64Array.from({ length }, (_, k) => Math.cos(angle(k)));
    this.sin = Float64Array.from({ length }, (_, k) => -Math.sin(angle(k)));
  }

  /**
   * |Σ_t x_t·e^(−2πi·kt/n)|² of the frequencies k = 0 … ⌊n/2⌋
   * @param x n real values
   * @returns ⌊n/2⌋ + 1 values
   */
  power(x: Float64Array): Float64Array {
    const { re, im } = this.transform(x, 0, 1, this.length);
    return Float64Array.from({ length: Math.floor(this.length / 2) + 1 }, (_, k) => re[k]! ** 2 + im[k]! ** 2);
  }

  /** The transform of x[start], x[start + step] …, `count` values. */
  private transform(x: Float64Array, start: number, step: number, count: number): Complex {
    if (count === 1) return { re: Float64Array.of(x[start]!), im: new Float64Array(1) };
    const parts = smallestFactor(count);
    const size = count / parts;
    const each = Array.from({ length: parts }, (_, part) => this.transform(x, start + part * step, step * parts, size));
    return this.join(each, count, size);
  }

  /** X[k] = Σ_p e^(−2πi·pk/count)·X_p[k mod size] */
  private join(parts: readonly Complex[], count: number, size: number): Complex {
    const [re, im] = [new Float64Array(count), new Float64Array(count)];
    const turn = this.length / count;
    for (let k = 0; k < count; k++) {
      parts.forEach((part, p) => {
        const angle = (p * k * turn) % this.length;
        const [a, b, c, s] = [part.re[k % size]!, part.im[k % size]!, this.cos[angle]!, this.sin[angle]!];
        re[k] = re[k]! + a * c - b * s;
        im[k] = im[k]! + a * s + b * c;
      });
    }
    return { re, im };
  }
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function smallestFactor(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor;
  return n;
}
