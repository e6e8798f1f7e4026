/**
 * Probes every graph of a corpus and prints a table: `npx tsx test/tools/attention-table.ts FOLDER [part of a name]`.
 * Columns: sites found of expected, largest error of the weights, of heads on demand against them, of the file's outputs, of fused operators' check.
 */
import { casesIn, distance, Probed, pooledByHand } from '../model/attention/corpus.ts';
import { largestError } from '../model/compare.ts';
import { Goldens } from '../model/goldens.ts';

const [root = 'test/data/onnx', part = ''] = process.argv.slice(2);
const tidy = (x: number | null): string => (x === null ? '-' : x === 0 ? '0' : x.toExponential(0));
let bad = 0;
let all = 0;

for (const one of casesIn(root).filter((c) => c.name.includes(part))) {
  all++;
  const problems: string[] = [];
  let line = '';
  const begin = performance.now();
  try {
    const probed = new Probed(one, process.env.UNFUSE === '1');
    const open = performance.now() - begin;
    const { golden } = one;
    const { sites, refused } = probed.found;
    const want = golden.sites
      .map((s) => s.key)
      .sort()
      .join(' ');
    const got = sites
      .map((s) => probed.goldenKey(s))
      .sort()
      .join(' ');
    if (want !== got) problems.push(`sites: want ${want}; got ${got}`);
    if (refused.length > 0 !== golden.refuse.length > 0) problems.push(`refused: ${JSON.stringify(refused)}`);
    const tensors = Goldens.read(one.tensors);
    let [error, demand, check, output] = [0, 0, 0, 0];
    let kept = 0;
    if (sites.length > 0) {
      const run = await probed.weights();
      for (const [site, w] of run.weights) {
        const key = probed.goldenKey(site);
        const e = tensors.has(key) ? distance(w, tensors.get(key), golden.validRows) : Number.POSITIVE_INFINITY;
        if (!(e <= golden.tolerance))
          problems.push(`${site.key} error ${e} tolerance ${golden.tolerance} [${w.batch},${w.heads},${w.queries},${w.keys}]`);
        error = Math.max(error, e);
        check = Math.max(check, run.errors.get(site) ?? 0);
      }
      for (const [name, expected] of tensors.under('output/')) {
        const own = run.outputs.get(name);
        if (own) output = Math.max(output, largestError(own.data as Float32Array, expected.data as Float32Array));
      }
      const vectors = await probed.vectors();
      kept = sites.length - vectors.size;
      for (const [site, { heads, thumbnails }] of vectors) {
        const w = run.weights.get(site)!;
        const e = w.data.length === heads.data.length ? largestError(heads.data, w.data) : Number.POSITIVE_INFINITY;
        const p = pooledByHand(w);
        const t = p.length === thumbnails.data.length ? largestError(thumbnails.data, p) : Number.POSITIVE_INFINITY;
        if (!(e <= 1e-5)) problems.push(`${site.key} head on demand differs by ${e}`);
        if (!(t <= 1e-5)) problems.push(`${site.key} thumbnails differ by ${t}`);
        demand = Math.max(demand, e);
      }
      if (!(check <= 1e-3)) problems.push(`check ${check}`);
    }
    line = `${sites.length}/${golden.sites.length} w ${tidy(error)} head ${tidy(demand)}${kept ? ` (${kept} keep weights)` : ''} out ${tidy(output)} check ${tidy(check)} open ${open.toFixed(0)} ms`;
  } catch (e) {
    problems.push(String(e instanceof Error ? (process.env.TRACE ? e.stack : e.message) : e).slice(0, 600));
  }
  if (problems.length > 0) bad++;
  console.log(`${problems.length ? '✗' : '✓'} ${one.name.padEnd(56)} ${line} ${(performance.now() - begin).toFixed(0)} ms`);
  for (const p of problems) console.log(`      ${p}`);
}
console.log(`${all - bad} of ${all}`);
