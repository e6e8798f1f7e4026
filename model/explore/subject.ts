/**
 * A model file under the model page: everything that is asked of it, read in ranges and only when it is asked. The two formats differ in how
 * they are opened (`onnx-file.ts`, `weights-file.ts`); from then on a file is its tensors, its ports and perhaps a graph.
 */
import type { Site } from '../attention/index.ts';
import { HeadlightError } from '../errors.ts';
import type { ModelConfig } from '../onnx/feeds.ts';
import type { onnx } from '../onnx/proto.js';
import type { AttentionFacts, Fact, NumbersParams, PageFacts, PortFacts, TensorRow } from '../protocol/explorer.ts';
import type { ModelFolder } from '../source.ts';
import { sizeOf } from '../tensor.ts';
import { filesBeside, missing } from './beside.ts';
import { counted } from './counted.ts';
import { graphData } from './graph/data.ts';
import type { GraphData } from './graph/types.ts';
import { openOnnxFile } from './onnx-file.ts';
import type { Packed } from './packed.ts';
import { partOf } from './parts.ts';
import { Pictures } from './pictures/pictures.ts';
import { type Series, seriesOf } from './series.ts';
import { fromOnnx, type StoredTensor } from './stored.ts';
import { readVocabulary, tokenAxisOf } from './vocabulary.ts';
import { openWeightsFile } from './weights-file.ts';

/** What one format makes of a file. */
export interface OpenedFile {
  readonly format: PageFacts['format'];
  readonly architecture: string | null;
  readonly parameters: number;
  readonly vocabulary: number | null;
  readonly facts: readonly Fact[];
  readonly inputs: readonly PortFacts[];
  readonly outputs: readonly PortFacts[];
  readonly tensors: readonly StoredTensor[];
  /** Packed and quantized weights by the name of the tensor that holds them. */
  readonly packed: ReadonlyMap<string, Packed>;
  /** Module of the node that uses a tensor; empty where the file does not tell. */
  userOf(tensor: string): readonly string[];
  readonly problems: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly config: ModelConfig;
  /** @throws HeadlightError why no attention of the model can be shown */
  attention(): AttentionFacts;
  /** The same places with what probing them needs, and the graph that they were found in. @throws HeadlightError like `attention` */
  sites(): { readonly model: onnx.ModelProto; readonly sites: readonly Site[] };
  /** The graph that a run computes. @throws HeadlightError for weights whose architecture is not known */
  graph(): onnx.ModelProto;
}

export class Subject {
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  #vocabulary: Promise<ReadonlyMap<number, string>> | undefined;
  /** Heads as matrices, tables of tokens and positions. */
  readonly pictures: Pictures;

  private constructor(
    private readonly folder: ModelFolder,
    private readonly entry: string,
    readonly opened: OpenedFile,
    readonly facts: PageFacts,
  ) {
    this.#tensors = new Map(opened.tensors.map((tensor) => [tensor.name, tensor]));
    this.pictures = new Pictures({
      sites: () => opened.sites(),
      stored: (model) => fromOnnx(folder, entry, model),
      series: (name) => this.stored(name),
      rows: facts.tensors,
    });
  }

  /**
   * Opens a file: header or graph, configuration, names of what lies beside. No weights are read.
   * @param entry `.onnx`, `.safetensors` or `.safetensors.index.json`, inside `folder`
   * @throws HeadlightError the sentence that says what is wrong with the file
   */
  static async open(folder: ModelFolder, entry: string, now: () => number): Promise<Subject> {
    const began = now();
    const reads = counted(folder);
    const opened = await openAny(reads, entry);
    const { tensors, format, architecture, parameters, inputs, outputs, metadata } = opened;
    const facts: PageFacts = {
      ...{ entry, format, architecture, parameters, inputs, outputs, metadata },
      bytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
      facts: opened.facts,
      tensors: tensors.map((tensor) => rowOf(tensor, opened)),
      files: filesBeside(folder),
      problems: [...opened.problems, ...missing(folder, entry, readsText(opened))],
      bytesRead: reads.bytesRead,
      readMs: now() - began,
    };
    return new Subject(folder, entry, opened, facts);
  }

  #graph: GraphData | undefined;
  #attention: AttentionFacts | undefined;

  /** @throws HeadlightError why no attention of the model can be shown */
  attention(): AttentionFacts {
    this.#attention ??= this.opened.attention();
    return this.#attention;
  }

  /** @throws HeadlightError `unsupported` or `not-found` for weights without a known architecture */
  graph(): GraphData {
    this.#graph ??= graphData(this.opened.graph(), this.attention().sites);
    return this.#graph;
  }

  /**
   * Numbers of a tensor of the file, or of a matrix that is made of some.
   * @throws HeadlightError `not-found`, `unsupported` for types without readable numbers
   */
  async series({ name, unpacked }: NumbersParams): Promise<Series> {
    if (!this.#tensors.has(name) && this.pictures.isMade(name)) return this.pictures.series(name);
    return this.stored(name, unpacked);
  }

  /** @throws HeadlightError `not-found`, `unsupported` for types without readable numbers */
  stored(name: string, unpacked = false): Series {
    const packed = unpacked ? this.opened.packed.get(name) : undefined;
    if (packed) return packed.series();
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new HeadlightError('not-found', `${this.entry} has no tensor ${name}.`);
    return seriesOf(tensor);
  }

  async tokens(ids: readonly number[]): Promise<(string | null)[]> {
    this.#vocabulary ??= readVocabulary(this.folder, this.entry);
    const vocabulary = await this.#vocabulary;
    return ids.map((id) => vocabulary.get(id) ?? null);
  }
}

function openAny(folder: ModelFolder, entry: string): Promise<OpenedFile> {
  if (entry.endsWith('.onnx')) return openOnnxFile(folder, entry);
  if (entry.endsWith('.safetensors') || entry.endsWith('.index.json')) return openWeightsFile(folder, entry);
  throw new HeadlightError('unsupported', `${entry} is neither an .onnx nor a .safetensors file.`);
}

function rowOf({ name, dtype, shape, bytes, file }: StoredTensor, { vocabulary, packed, userOf }: OpenedFile): TensorRow {
  const tokenAxis = tokenAxisOf(name, shape, vocabulary);
  const part = partOf(name, userOf(name));
  return { name, dtype, shape, bytes, file, part, values: sizeOf(shape), tokenAxis, unpacked: packed.get(name)?.shape ?? null };
}

const readsText = ({ inputs, vocabulary, config }: OpenedFile) =>
  inputs.length > 0 ? inputs.some(({ name }) => /input_ids|tokens/.test(name)) : config !== null && vocabulary !== null;
