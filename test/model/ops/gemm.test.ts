import { test } from 'node:test';
import { type Matrix, matrix, multiply, transposed } from '../../../model/ops/reference/gemm.ts';
import { assertClose } from '../compare.ts';
import { wave } from './runtime.ts';

/** The definition, element by element. */
function product(a: Matrix, b: Matrix, M: number, K: number, N: number, scale: number): Float64Array {
  const at = ({ data, offset, rowStep, columnStep }: Matrix, row: number, column: number): number =>
    data[offset + row * rowStep + column * columnStep]!;
  return Float64Array.from({ length: M * N }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < K; k++) sum += at(a, Math.floor(n / N), k) * at(b, k, n % N);
    return scale * sum;
  });
}

test('blocks, few rows and transposed factors of every small size are the sum of products, and nothing else is written', () => {
  const [left, right] = [wave([600]).data as Float32Array, wave([600], 2).data as Float32Array];
  for (const M of [1, 2, 3, 4, 5, 8, 9]) {
    for (const K of [1, 3, 7]) {
      for (const N of [1, 2, 4, 5, 11]) {
        const as = [matrix(left, 5, K), transposed(matrix(left, 5, M))];
        const bs = [matrix(right, 3, N), transposed(matrix(right, 3, K))];
        for (const a of as) {
          for (const b of bs) {
            const out = new Float64Array(M * N + 4).fill(7);
            multiply(a, b, { M, K, N }, out, 2, 0.5);
            const expected = [7, 7, ...product(a, b, M, K, N, 0.5), 7, 7];
            assertClose(out, expected, { rtol: 1e-12, atol: 1e-14 }, `${M} × ${K} × ${N}`);
          }
        }
      }
    }
  }
});
