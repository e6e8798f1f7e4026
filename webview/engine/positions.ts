/** What positions are to one place of attention, on one run: the graph says where they come in, a small session computes them. */
import { ropeOf } from '../../model/architectures/rope.ts';
import { moduleOf } from '../../model/attention/find/words.ts';
import { TYPE } from '../../model/attention/graph/constants.ts';
import type { RotarySettings } from '../../model/blocks/positions/rotary-frequencies.ts';
import { HeadlightError } from '../../model/errors.ts';
import { writeModel } from '../../model/onnx/wire.ts';
import { nameAdded } from '../../model/positions/added.ts';
import { nameBias } from '../../model/positions/biases.ts';
import type { AddedValue, Quantized } from '../../model/positions/find/added.ts';
import { type Cone, coneOf } from '../../model/positions/find/cone.ts';
import { type FoundPositions, findPositions } from '../../model/positions/find/find.ts';
import type { ScoredValue, TermValue } from '../../model/positions/find/scored.ts';
import { madeBy, storedBehind, walkBack } from '../../model/positions/find/walk.ts';
import { headMaps, type Matrix, matrixOf, takeRows } from '../../model/positions/matrix.ts';
import { measureRotation } from '../../model/positions/rotary.ts';
import { nameTerm } from '../../model/positions/terms.ts';
import type { AddedTable, Bias, Positions, RelativeTerm, Rotation } from '../../model/positions/types.ts';
import { schemeWords } from '../../model/positions/words.ts';
import type { RunParams } from '../../model/protocol/engine.ts';
import { type Config, normaliseConfig } from '../../model/safetensors/config.ts';
import type { Tensor } from '../../model/tensor.ts';
import { cpuNodesOf, externalOf } from './external.ts';
import type { OpenModel, OpenPart, OpenSite } from './opening.ts';
import type { Run } from './run.ts';
import { encoderResult } from './running.ts';
import type { OrtValues, Runtime } from './runtime.ts';
import { fromOrt, toOrt } from './tensors.ts';

/** A run, as far as positions are concerned. */
export interface Ran {
  readonly model: OpenModel;
  readonly params: RunParams;
  readonly run: Run;
  readonly runtime: Runtime;
}

/** Stored tensors that are larger are not read whole for a picture, in values. */
const LARGEST_TABLE = 16 * 2 ** 20;
/** A term of tokens and positions needs the layers before it: not run again where their weights have more bytes. */
const LARGEST_PART = 512 * 2 ** 20;

/** @throws HeadlightError `internal` for a site that the model has not, and what computing the tables throws */
export async function positionsOf(ran: Ran, key: string, head: number): Promise<Positions> {
  const site = ran.model.sites.find(({ facts }) => facts.key === key);
  if (!site) throw new HeadlightError('internal', `The model has no attention called ${key}.`);
  const part = ran.model.parts[site.part]!;
  const found = findPositions(site.site, part.found.sites);
  const look = new Look(ran, await ran.run.queriesOf(key), site, part, found);
  const notes: string[] = [];
  const added = await look.added(notes);
  const rotation = await look.rotation();
  const biases = await look.biases(notes);
  const terms = await look.terms(head, notes);
  return { words: schemeWords({ added, rotation, biases, terms }), added, rotation, biases, terms, notes };
}

/** Inputs that hold a picture; diffusers calls a latent picture `hidden_states`. */
const isPicture = (input: string): boolean => /pixel|image|sample|latent|^hidden_states$/.test(input);

class Look {
  constructor(
    private readonly ran: Ran,
    private readonly queries: number,
    private readonly site: OpenSite,
    private readonly part: OpenPart,
    private readonly found: FoundPositions,
  ) {}

  async added(notes: string[]): Promise<AddedTable[]> {
    const { subject } = this.found;
    const behind = new Set<unknown>();
    for (const name of this.found.operands) walkBack(subject, name, (ref) => !behind.has(ref) && Boolean(behind.add(ref)));
    const tables: AddedTable[] = [];
    for (const value of this.found.added.filter(({ ref }) => behind.has(ref))) {
      const named = await this.addedTable(value, notes);
      if (named) tables.push(named);
    }
    return tables;
  }

  private async addedTable({ name, ref, to, quantized }: AddedValue, notes: string[]): Promise<AddedTable | null> {
    const { subject, content } = this.found;
    const inputs = [...content.inputs(to)];
    const table = await this.floats(name, quantized);
    const behind = storedBehind(subject, name).filter(({ shape }) => shape.at(-1) === table.columns && (shape.at(-2) ?? 1) > 1);
    const [own] = behind.filter(({ shape }) => shape.reduce((a, b) => a * b, 1) <= LARGEST_TABLE);
    if (behind.length > 0 && !own) notes.push(`The table ${behind[0]!.name} is too large to be read whole.`);
    const stored = own ? await this.floats(own.name, own.name === name ? quantized : null) : null;
    const rows =
      table.rows > this.length(to)
        ? takeRows(
            table,
            Array.from({ length: this.length(to) }, (_, i) => i),
          )
        : table;
    return nameAdded(rows, {
      where: own?.name ?? moduleOf(ref.node),
      side: this.part.role === 'decoder' || inputs.some((input) => /decoder/.test(input)) ? 'target' : 'source',
      picture: inputs.some(isPicture),
      interpolated: madeBy(subject, name, /^(Resize|Upsample)$/),
      stored,
    });
  }

  /** Rows that a fused table is cut to. */
  private length(to: string): number {
    return /ids/.test(to) ? this.queries : Number.POSITIVE_INFINITY;
  }

  async rotation(): Promise<Rotation | null> {
    const { rotation } = this.found;
    if (!rotation) return null;
    const { tables, positions, layout, ref } = rotation;
    const numbers = positions ? Array.from((await this.value(positions)).data as BigInt64Array, Number) : null;
    const rows = numbers ? this.positionRows(numbers) : null;
    const [one, other] = await Promise.all(tables.map((name) => this.matrix(name)));
    const cut = (matrix: Matrix) => (rows ? takeRows(matrix, rows) : matrix);
    return measureRotation(cut(one!), cut(other!), {
      where: moduleOf(ref.node),
      layout,
      settings: this.rotarySettings(),
      picture: this.ofPicture(),
    });
  }

  /** The fused operator takes one number, the offset, or one for each token. */
  private positionRows(numbers: readonly number[]): number[] {
    if (numbers.length >= this.queries) return numbers.slice(0, this.queries);
    return Array.from({ length: this.queries }, (_, i) => (numbers[0] ?? 0) + i);
  }

  /** What the configuration may mean, type of layers by type of layers. */
  private rotarySettings(): RotarySettings[] {
    const config = this.config();
    const { headDim } = this.site.facts;
    if (!config || !headDim) return [];
    return ['full_attention', 'sliding_attention'].flatMap((type) => {
      try {
        return [ropeOf(config, headDim, 10_000, type)];
      } catch (error) {
        if (error instanceof HeadlightError) return [];
        throw error;
      }
    });
  }

  private config(): Config | null {
    return this.part.config ? normaliseConfig(this.part.config) : null;
  }

  async biases(notes: string[]): Promise<Bias[]> {
    const biases: Bias[] = [];
    for (const value of this.found.biases) {
      const named = await this.bias(value, notes);
      if (named) biases.push(named);
    }
    return biases;
  }

  private async bias({ name, factor, ref }: ScoredValue, notes: string[]): Promise<Bias | null> {
    const { heads } = this.site.facts;
    const { subject } = this.found;
    const value = await this.value(name);
    const map = headMaps(value, heads, factor);
    if (map.queries !== 1 && map.queries !== this.queries) {
      notes.push(`A bias of shape [${value.shape.join(', ')}] is added to the scores (${moduleOf(ref.node)}).`);
      return null;
    }
    const table = storedBehind(subject, name).find(({ shape }) => shape.length === 2 && shape[1] === heads && shape[0]! <= 4096);
    const longest = this.config()?.values.relative_attention_max_distance;
    return nameBias(map, {
      where: table?.name ?? moduleOf(ref.node),
      queries: this.queries,
      table: table ? await this.floats(table.name, await this.dequantizer(name, table.name)) : null,
      longest: typeof longest === 'number' ? longest : null,
      picture: this.ofPicture(),
    });
  }

  async terms(head: number, notes: string[]): Promise<RelativeTerm[]> {
    const terms: RelativeTerm[] = [];
    for (const value of this.found.terms) terms.push(await this.term(value, head, notes));
    return terms;
  }

  private ofPicture(): boolean {
    const { content, operands } = this.found;
    return operands.some((name) => [...content.inputs(name)].some(isPicture));
  }

  private async term({ name, factor, of, ref }: TermValue, head: number, notes: string[]): Promise<RelativeTerm> {
    const where = moduleOf(ref.node);
    const bytes = externalOf(this.cone(name).model).size;
    if (bytes > LARGEST_PART) {
      notes.push(`The part of the model before this term weighs ${Math.round(bytes / 2 ** 20)} MB; the term is not computed apart.`);
      return nameTerm(of, where, null);
    }
    const { heads, queries, keys, data } = headMaps(await this.value(name), this.site.facts.heads, factor);
    const size = queries * keys;
    const own = Math.min(head, heads - 1) * size;
    return nameTerm(of, where, queries === this.queries ? { queries, keys, data: data.slice(own, own + size) } : null);
  }

  /** Scale and zero of a stored table of 8-bit numbers: of the node behind `name` that makes floats of it; null for a table of floats. */
  private async dequantizer(name: string, table: string): Promise<Quantized | null> {
    if (!/^u?int8$/.test((await this.value(table)).dtype)) return null;
    const seen = new Set<unknown>();
    const found: Quantized[] = [];
    walkBack(this.found.subject, name, (ref) => {
      if (seen.has(ref)) return false;
      seen.add(ref);
      const [, scale, zero] = ref.node.input;
      if (ref.node.opType === 'DequantizeLinear' && scale) found.push({ scale, zero: zero || null });
      return true;
    });
    return found[0] ?? null;
  }

  /** A table of 8-bit numbers as what they stand for. */
  private async floats(name: string, quantized: Quantized | null): Promise<Matrix> {
    const table = await this.matrix(name);
    if (!quantized) return table;
    const one = async (value: string | null) => (value ? Number((await this.value(value)).data[0]) : 0);
    const [scale, zero] = [await one(quantized.scale), await one(quantized.zero)];
    return { ...table, data: table.data.map((value) => (value - zero) * scale) };
  }

  private async matrix(name: string): Promise<Matrix> {
    return matrixOf(await this.value(name));
  }

  private value(name: string): Promise<Tensor> {
    const known = this.ran.run.remembered(this.site.part, name, () => this.compute(name));
    return known;
  }

  private cone(name: string): Cone {
    const { subject } = this.found;
    return coneOf(subject.view, name, (value) => subject.fact(value)?.type || TYPE.float);
  }

  /** Runs the part of the graph that makes the value. */
  private async compute(name: string): Promise<Tensor> {
    const { runtime, params } = this.ran;
    const cone = this.cone(name);
    const { name: file, folder } = this.part;
    const program = {
      name: `${file}, positions`,
      bytes: writeModel(cone.model),
      folder,
      weights: externalOf(cone.model).weights,
      cpuNodes: cpuNodesOf(cone.model),
    };
    const session = await runtime.create(program, { device: 'wasm' });
    try {
      const feeds = cone.inputs.length > 0 ? this.part.feeds(params, this.encoder()).feeds : {};
      const values: OrtValues = {};
      for (const input of cone.inputs) values[input] = toOrt(runtime.ort, feeds[input]!);
      return await fromOrt((await session.run(values, [cone.output]))[cone.output]!);
    } finally {
      await session.release();
    }
  }

  /** A decoder's file wants states of its encoder; for positions only their number counts. */
  private encoder() {
    const [first] = this.ran.model.parts;
    if (this.part.role !== 'decoder' || first?.role !== 'encoder') return null;
    const { shape } = this.ran.run.outputType(first.found.model.graph!.output[0]!.name);
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    return encoderResult({ dtype: 'float32', shape, data }, this.ran.params);
  }
}
