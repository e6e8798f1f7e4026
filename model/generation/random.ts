/**
 * A small generator of random numbers with a seed, so that the same settings say the same text again on every machine.
 *
 * Splitmix on 32 bits: a counter that grows by an odd constant, whose bits are then mixed by two rounds of multiply and shift. Period 2³²,
 * each value once. Good enough to draw tokens, not for secrets.
 *
 * Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"; mixing constants of C. Wellons' "Prospecting for hash
 * functions" (2018).
 */
export interface Random {
  /** 0 ≤ x < 1, in steps of 2⁻³². */
  next(): number;
}

const GOLDEN = 0x9e3779b9;

/** @param seed any whole number; its lower 32 bits count */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + GOLDEN) >>> 0;
      return mixed(state) / 2 ** 32;
    },
  };
}

/** The number that a seed gives at a place, without those before it: a step that is done again draws the same. */
export function randomAt(seed: number, place: number): number {
  return mixed((Math.imul(place + 1, GOLDEN) + (seed >>> 0)) >>> 0) / 2 ** 32;
}

function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
