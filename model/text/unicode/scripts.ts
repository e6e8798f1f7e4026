/**
 * Scripts as the Rust library's UnicodeScripts tells them apart (release 0.23): for each run of characters the distance of its first from the last of the
 * run before, its length less one, and the number of its script, in base 36. Characters in no run are of no script.
 * Made by test/data/tokenizers/make/scripts.py.
 */
export const SCRIPTS =
  '0 v 0 2 v 0 1 p 1 1 5 0 1 p 1 1 1a 0 1 0 1 1 e 0 1 0 1 1 4 0 1 m 1 1 0 0 1 u 1 1 0 0 1 cg 1 1 12 0 1 4 1 1 4 0 1 1 2 1 j 0 1 33 3 ' +
  '1 3 4 1 0 0 1 2 4 3 3 4 1 0 0 1 0 4 5 0 4 1 0 0 1 0 4 1 0 0 1 2 4 2 0 4 2 j 4 2 1q 4 1 d 5 1 f 4 1 3o 6 1 1 3 1 4o 6 2 11 7 3 6 7 ' +
  '2 12 7 2 0 0 1 0 7 3 2 7 2 1i 8 9 q 8 6 4 8 c 4 9 1 0 0 1 5 9 1 0 0 1 d 9 1 1 0 2 0 9 1 0 0 1 v 9 1 0 0 1 9 9 1 a 3 1 p 9 1 0 3 1 ' +
  '2z 9 1 0 0 1 x 9 1 d a 2 1n a 3 2 a 1 1b 9 1 1d b f 1m c 6 19 d 3 e d 2 r e 3 0 e 1u k 9 2 7 9 n d 9 1 0 0 1 s 9 1 28 f 1 1 3 1 g ' +
  'f 1 1 0 1 p f 1 3 g 2 7 g 3 1 g 3 l g 2 6 g 2 0 g 4 3 g 3 8 g 3 1 g 3 3 g 9 0 g 5 1 g 2 4 g 3 l g 6 2 h 2 5 h 5 1 h 3 l h 2 6 h 2 ' +
  '1 h 2 1 h 2 1 h 3 0 h 2 4 h 5 1 h 3 2 h 4 0 h 8 3 h 2 0 h 8 f h c 2 i 2 8 i 2 2 i 2 l i 2 6 i 2 1 i 2 4 i 3 9 i 2 2 i 2 2 i 3 0 i ' +
  'g 3 i 3 b i 8 0 i 8 2 j 2 7 j 3 1 j 3 l j 2 6 j 2 1 j 2 4 j 3 8 j 3 1 j 3 2 j 9 1 j 5 1 j 2 4 j 3 h j b 1 k 2 5 k 4 2 k 2 3 k 4 1 ' +
  'k 2 0 k 2 1 k 4 1 k 4 2 k 4 b k 5 4 k 4 2 k 2 3 k 3 0 k 7 0 k f k k 6 3 l 2 7 l 2 2 l 2 m l 2 f l 4 7 l 2 2 l 2 3 l 8 1 l 2 2 l 6 ' +
  '3 l 3 9 l 9 7 l 1 3 m 2 7 m 2 2 m 2 m m 2 9 m 2 4 m 3 8 m 2 2 m 2 3 m 8 1 m 8 0 m 2 3 m 3 9 m 2 1 m f 2 n 2 7 n 2 2 n 2 14 n 3 7 n' +
  ' 2 2 n 2 5 n 5 f n 3 p n 3 1 o 2 h o 4 n o 2 8 o 2 0 o 3 6 o 4 0 o 5 5 o 2 0 o 2 7 o 7 9 o 3 2 o d 1l p 5 0 0 1 r p 12 1 q 2 0 q 3' +
  ' 1 q 2 0 q 3 0 q 7 3 q 2 6 q 2 2 q 2 0 q 2 0 q 3 1 q 2 c q 2 2 q 3 4 q 2 0 q 2 5 q 3 9 q 3 3 q x 1z r 2 z r 5 12 r 2 z r 2 e r 2 6' +
  ' r 1 3 0 1 1 r 12 4f s 1 11 t 2 0 t 6 0 t 3 16 t 1 0 0 1 3 t 1 73 u 1 20 v 2 3 v 3 6 v 2 0 v 2 3 v 3 14 v 2 3 v 3 w v 2 3 v 3 6 v ' +
  '2 0 v 2 3 v 3 e v 2 1k v 2 3 v 3 1u v 3 v v 4 p v 7 2d w 3 5 w 3 hr x 1 s y 4 22 z 1 2 0 1 a z 8 c 10 2 6 10 c k 11 1 1 0 a j 12 d' +
  ' c 13 2 2 13 2 1 13 d 2l 14 3 9 14 7 9 14 7 1 15 1 1 0 1 0 15 1 0 0 1 8 15 2 9 15 7 2f 15 9 16 15 6 1x x b u 16 2 b 16 5 b 16 5 0 ' +
  '16 4 b 16 1 t 17 3 4 17 c 17 18 5 p 18 7 a 18 4 1 18 1 v 14 1 r 19 3 1 19 1 1q 1a 2 s 1a 3 a 1a 7 9 1a 7 d 1a 3 e 3 1u 23 1b 5 18 ' +
  '1b 4 1r 1c 1 1f 1d 9 3 1d 1 1j 1e 4 e 1e 4 2 1e 1 1b 1f 1 8 6 1k 7 1c 9 2 3 1 0 0 1 c 3 1 0 0 1 6 3 1 3 0 1 0 3 1 5 0 1 0 3 1 1 0 ' +
  '2 1 3 7 11 1 1 4 4 1 0 6 1 1c 1 1 4 4 1 3 1 1 4 4 1 c 1 1 0 6 1 1x 1 1 0 4 1 1h 3 6 4 3 1 73 1 1 l 4 3 5 4 3 11 4 3 5 4 3 7 4 2 0 ' +
  '4 2 0 4 2 0 4 2 u 4 3 1g 4 2 e 4 2 d 4 3 5 4 2 i 4 3 2 4 2 8 4 2 b 0 1 1 3 1 2e 0 2 a 0 1 0 1 3 a 0 1 0 1 1 e 0 2 c 1 4 u 0 i w 3 ' +
  'g 11 0 1 0 4 1 2 0 1 1 1 1 5 0 1 0 1 1 q 0 1 0 1 1 g 0 1 14 1 1 2 0 5 ha 0 2 12 0 q a 0 m pr 0 1 73 1g 1 hf 0 3 v 0 3 x 0 4 b 0 2 ' +
  '7 0 r 3 0 h 1a 1h 2 1a 1h 2 v 1 1 37 5 6 6 5 1 11 t 2 0 t 6 0 t 3 1j 1i 8 1 1i f 0 1i 1 m v a 6 v 2 6 v 2 6 v 2 6 v 2 6 v 2 6 v 2 ' +
  '6 v 2 6 v 2 v 6 1 1w 0 1o p 1j 2 2g 1j d 5x 1j r b 0 5 4 0 1 0 1j 1 0 0 1 0 1j 1 o 0 1 8 1j 1 3 3 1 1 u 1 7 0 1 3 1j 1 3 0 2 2d 1j' +
  ' 3 1 3 1 1 0 1 2 1j 1 0 0 1 2h 1j 1 0 0 1 3 1j 6 14 2 4 2l u 2 f 0 1 q 2 6 z 0 d f 1j 1 u u 2 1r 0 1 u u 1 28 0 1 1a 1j 2 2f 1j 1 ' +
  '4n 0 1 52t 1j b 1r 0 1 g5x 1j 17 wc 1k 4 1i 1k a 1b 1l 1 8b 1m l 2n 6 1 2f 1n 9 x 0 1 2t 1 1 2 0 1 z 1 2 7 1 1s 8 1 1 17 1o 5 9 0 ' +
  '7 1j 1p 9 1x 1q 9 b 1q 7 t f 3 19 1r 1 0 0 1 0 1r 1 z 1s c 0 1s 1 s u 4 25 1t 2 0 0 1 9 1t 5 1 1t 1 u s 2 1i 1u a d 1u 3 9 1u 3 3 ' +
  '1u 1 v s 1 1u 1v p 4 1v 1 m 1w b 5 v 3 5 v 3 5 v a 6 v 2 6 v 2 16 1 1 0 0 1 8 1 1 0 4 b 27 w 1 19 1w 3 9 1w 7 8mb u d m u 5 1c u 6' +
  'it a5 1j 3 2x 1j 13 6 1 d 4 7 6 p 8 2 4 8 2 0 8 2 1 8 2 1 8 2 9 8 1 35 9 i a2 9 1 1 0 h 1r 9 3 1h 9 15 d 9 3 f 3 1 9 0 7 d 3 1 1 6' +
  ' 1 y 0 2 i 0 2 3 0 5 4 9 2 3q 9 3 0 0 2 v 0 1 p 1 1 5 0 1 p 1 1 a 0 1 9 1j 1 0 0 1 18 1j 1 1 0 1 u u 4 5 u 3 5 u 3 5 u 3 2 u 4 6 0' +
  ' 2 6 0 b 4 0 3 b 1x 2 p 1x 2 i 1x 2 1 1x 2 e 1x 3 d 1x z 3e 1x 6 2 0 5 18 0 4 8 0 1 26 4 2 b 0 5 0 4 1c 18 0 1 0 3 3n s 1y 4 1c 1z' +
  ' g 0 3 1 q 0 5 z 20 d q 21 6 16 22 6 t 23 2 0 23 1 z 24 5 d 24 17 27 25 1 1b 26 1 t 27 3 9 27 7 z 28 5 z 28 5 13 29 9 1f 2a c 0 2a' +
  ' 41 8m 2b a l 2b b 7 2b 49 5 2c 3 0 2c 2 17 2c 2 1 2c 4 0 2c 3 0 2c 1 l 2d 2 8 2d 1 v 2e 1 u 2f 9 8 2f 1d i 2g 2 1 2g 6 4 2g 1 r 2' +
  'h 4 0 2h 1 p 2i 6 0 2i 1t v 2j 1 n 2k 5 j 2k 3 19 2k 1 3 2l 2 1 2l 6 7 2l 2 2 2l 2 q 2l 5 2 2l 5 8 2l 9 8 2l 8 v 2m 1 v 2n x 12 2o' +
  ' 5 b 2o a 1h 2p 4 6 2p 1 l 2q 3 7 2q 1 i 2r 6 7 2r 1 h 2s 8 3 2s d 6 2s 29 20 2t 1k 1e 2u e 1e 2u 8 5 2u 9t u 9 aq 25 2v 5 t 2v g ' +
  '0 2v 1 1t 2w f o 2x 8 9 2x 7 1g 2y 2 d 2y d 12 2z a 25 30 3 f 30 2 j o c h 31 2 17 31 1u 6 32 2 0 32 2 3 32 2 e 32 2 a 32 7 1m 33 ' +
  '6 9 33 7 3 34 2 7 34 3 1 34 3 l 34 2 6 34 2 1 34 2 4 34 3 8 34 3 1 34 3 2 34 3 0 34 7 0 34 6 6 34 3 6 34 4 4 34 3w 2h 35 2 0 35 2 ' +
  '0 35 z 1z 36 9 9 36 4n 1h 37 3 11 37 z 1w 38 c 9 38 7 c 15 k 1j 39 9 9 39 1j p 3a 4 e 3a 5 f 3a 9t 2a 3b d 0 3b ch 1k 3c 7c 8 3d 2' +
  ' 18 3d 2 d 3d b s 3d 4 v 3e 3 l 3e 2 d 3e ne pl 3f 2v 32 3f 2 4 3f c 5f 3f 24d tq 3g 34i g6 3h 6nu fs 1n 8 u 3i 2 9 3i 5 1 3i 2p t' +
  ' 3j 3 5 3j b 1x 3k b 9 3k 2 6 3k 2 k 3k 6 i 3k oh 1w 3l c 1a 3l h g 3l 1t 0 3m w 4q4 3m k ky 3m 7bi 1 1j 2db 2y 3n 6 c 3n 4 8 3n 8' +
  ' 9 3n 3 3 3n 1 3 0 3tp 6t 0 b 12 0 3 1p 0 1 2 3 1 g 0 1 7 3 1 1 0 1 6 3 1 t 0 1 3 3 1 1m 0 o 1x 4 57 2e 0 a h 0 3z 2c 0 2 1y 0 2 1' +
  ' 0 3 0 0 3 1 0 3 3 0 2 b 0 2 0 0 2 6 0 2 1s 0 2 3 0 3 7 0 2 6 0 2 r 0 2 3 0 2 4 0 2 0 0 4 6 0 2 9f 0 3 83 0 3 1d 0 1 i3 3o g 4 3o ' +
  '2 e 3o 11t 6 1h 2 g 1h 3 6 1h 2 1 1h 2 4 1h 1jq 5g 3p 3 f 3p 16 22 3q 6 9 3q 5 1 3q wx 3 9 2 q 9 2 1 9 2 0 9 3 0 9 2 9 9 2 3 9 2 0' +
  ' 9 2 0 9 7 0 9 5 0 9 2 0 9 2 0 9 2 2 9 2 1 9 2 0 9 3 0 9 2 0 9 2 0 9 2 0 9 2 0 9 2 1 9 2 0 9 3 3 9 2 6 9 2 3 9 2 3 9 2 0 9 2 9 9 2' +
  ' g 9 6 2 9 2 4 9 2 g 9 1h 1 9 7j 17 0 5 2r 0 d e 0 3 e 0 2 e 0 2 10 0 b c 0 4 u 0 2 1n 0 5 1o 0 1m p 0 1 0 1j 1 1 0 e 17 0 5 8 0 8' +
  ' 1 0 4v r6 0 e c 0 4 6 0 a 37 0 d 2c 0 18 b 0 5 1j 0 9 9 0 7 13 0 9 t 0 2r e 0 2 7 0 9 0 0 3 b 0 2 b 0 5 e 0 y h 0 1b 0 0 18g wye ' +
  '1j 16 378 1j c 65 1j 3 4g1 1j 867 f1 1j fhes 0 0 v 2n 0 3l 6n 3';
