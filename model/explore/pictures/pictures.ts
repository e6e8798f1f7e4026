/** The pictures of a model's weights: heads as matrices, tables of tokens and of positions. What was read of a head is kept for its next question. */
import type { Site } from '../../attention/index.ts';
import { HeadlightError } from '../../errors.ts';
import type { onnx } from '../../onnx/proto.js';
import type { HeadParams, HeadPictures, Tables, TensorRow } from '../../protocol/explorer.ts';
import { once } from '../once.ts';
import { packedOf } from '../packed.ts';
import { type Series, seriesOf } from '../series.ts';
import { readSlice } from '../slice.ts';
import type { StoredTensor } from '../stored.ts';
import { type Factors, type HeadProducts, matrixFacts, readHead } from './head.ts';
import { cosineSeries, productSeries } from './made.ts';

/** Beginning of the names of what is computed: `made:scores/self/0/3`, `made:cosine/wpe.weight`. */
const MADE = 'made:';
/** Heads whose factors are kept; two of D · d numbers each. */
const KEPT = 4;
/** Most positions that are compared with each other. */
const POSITIONS = 4096;

interface Sources {
  /** Places of attention with their graph. @throws HeadlightError why there are none */
  readonly sites: () => { readonly model: onnx.ModelProto; readonly sites: readonly Site[] };
  /** Tensors of a graph, by where they lie. */
  readonly stored: (model: onnx.ModelProto) => readonly StoredTensor[];
  /** Numbers of a tensor of the file. */
  readonly series: (name: string) => Series;
  readonly rows: readonly TensorRow[];
}

export class Pictures {
  readonly #heads = new Map<string, Promise<HeadProducts>>();
  readonly #open: () => (tensor: string) => Series;

  constructor(private readonly sources: Sources) {
    this.#open = once(() => opener(sources));
  }

  /** @throws HeadlightError `not-found` for a head that is not there, `unsupported` where it has no fixed matrices */
  async head(params: HeadParams): Promise<HeadPictures> {
    const { scores, outputs, turned, from } = await this.#head(params);
    const name = (what: string) => `${MADE}${what}/${params.site}/${params.head}`;
    return {
      scores: matrixFacts(name('scores'), scores),
      outputs: outputs && matrixFacts(name('outputs'), outputs),
      turned,
      from,
    };
  }

  #head({ site, head }: HeadParams): Promise<HeadProducts> {
    const key = `${site}/${head}`;
    const known = this.#heads.get(key);
    if (known) return known;
    const read = this.#read(site, head);
    read.catch(() => this.#heads.delete(key));
    this.#heads.set(key, read);
    for (const old of [...this.#heads.keys()].slice(0, Math.max(0, this.#heads.size - KEPT))) this.#heads.delete(old);
    return read;
  }

  async #read(key: string, head: number): Promise<HeadProducts> {
    const site = this.sources.sites().sites.find((one) => one.key === key);
    if (!site || head < 0 || head >= site.heads) throw new HeadlightError('not-found', `There is no head ${head + 1} at ${key}.`);
    return readHead(site, head, this.#open());
  }

  /** Tables that have a row for each token or each position. */
  tables(): Tables {
    const matrix = ({ shape, dtype }: TensorRow) => shape.filter((n) => n > 1).length === 2 && /float/.test(dtype);
    const rows = this.sources.rows.filter(matrix);
    return {
      tokens: rows.filter(({ tokenAxis, shape }) => tokenAxis === 0 && shape.length === 2).map(({ name }) => name),
      positions: rows.filter(({ name }) => POSITION_TABLES.test(name) && !/relative|bias/i.test(name)).map(({ name }) => name),
    };
  }

  /** Whether a name is that of something computed. */
  isMade(name: string): boolean {
    return name.startsWith(MADE);
  }

  /** Numbers of what is computed. @throws HeadlightError `not-found` */
  async series(name: string): Promise<Series> {
    const [what = '', ...rest] = name.slice(MADE.length).split('/');
    if (what === 'cosine') return this.#cosine(name, rest.join('/'));
    const head = Number(rest.pop());
    const { scores, outputs } = await this.#head({ site: rest.join('/'), head });
    const factors: Factors | null = what === 'scores' ? scores : what === 'outputs' ? outputs : null;
    if (!factors) throw new HeadlightError('not-found', `There is no matrix ${name}.`);
    return productSeries(name, factors);
  }

  async #cosine(name: string, tensor: string): Promise<Series> {
    const table = this.sources.series(tensor);
    const [P = 0, D = 0] = table.shape.filter((n) => n > 1);
    if (P > POSITIONS) throw new HeadlightError('limit', `${tensor} has ${P} positions; ${POSITIONS} are compared with each other.`);
    const flat: Series = { ...table, shape: [P, D], read: (start, count) => table.read(start, count) };
    const all = { start: 0, step: 1 };
    const params = { rowAxis: 0, columnAxis: 1, at: [0, 0], rows: { ...all, count: P }, columns: { ...all, count: D } };
    const { values } = await readSlice(flat, params);
    return cosineSeries(name, { rows: P, columns: D, data: values });
  }
}

const POSITION_TABLES = /(^|[./])(wpe|pos_emb(ed(ding)?s?)?|(embed_)?position(s|al)?(_emb(ed(ding)?s?)?)?|position_embeddings?)([./]|$)/i;

/** Opens tensors of the graph in which heads were found, packed and quantized ones as their weights. */
function opener({ sites, stored }: Sources): (tensor: string) => Series {
  const { model } = sites();
  const tensors = stored(model);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const packed = packedOf(model.graph!.node as onnx.NodeProto[], tensors);
  return (name) => {
    const tensor = byName.get(name);
    if (!tensor) throw new HeadlightError('not-found', `${name} is not stored in the file.`);
    return packed.get(name)?.series() ?? seriesOf(tensor);
  };
}
