/**
 * A model file without its weights: the graph as ONNX messages, and for every large tensor the place in a file where its bytes lie.
 *
 * The skeleton is a valid ONNX model: its large initializers are external data whose `location` is the path inside the model's folder.
 * Hand `writeModel(skeleton.model)` to the runtime, and the files it names as external data (DESIGN §3, RUNTIME B.4).
 */
import { HeadlightError } from '../errors.ts';
import type { ModelFolder } from '../source.ts';
import { checkModel } from './checks.ts';
import { condense } from './condense.ts';
import { filesOf } from './files-of.ts';
import { hoistWeights } from './hoist.ts';
import { placeTensors } from './places.ts';
import type { onnx } from './proto.js';
import { sniff } from './sniff.ts';
import { decodeModel, int } from './wire.ts';

/** Bytes of a tensor in a file. */
export interface Place {
  /** Path inside the model's folder. */
  readonly path: string;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** Why a model that can be shown cannot be run. */
export interface Problem {
  readonly code: HeadlightError['code'];
  /** A whole sentence: file, thing, what to do. */
  readonly message: string;
}

export interface Skeleton {
  readonly path: string;
  /** Decoded; weights are external data. May be edited (that is what probes do); `copyModel` keeps an original. */
  readonly model: onnx.ModelProto;
  readonly graph: onnx.GraphProto;
  /** Bytes of the file that were read. */
  readonly bytesRead: number;
  /** Where each large tensor lies, by name; tensors of subgraphs and functions too. */
  readonly places: ReadonlyMap<string, Place>;
  /** Files that the external data lies in, the model's own among them where it holds weights. */
  readonly files: readonly string[];
  /** Version by domain; the default domain is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  /** `pytorch 2.13.0`, or ''. */
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Empty for a model that can be run. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a model file by ranges.
 * @param path inside `folder`
 * @throws HeadlightError `empty`, `format`, `limit`, `shape`: a sentence that names the file, the thing and what to do.
 *   What only forbids a run (weights that cannot be had, operators or versions that the runtime has not) is in `problems` instead.
 */
export async function readSkeleton(folder: ModelFolder, path: string): Promise<Skeleton> {
  const source = folder.open(path);
  if (source.size === 0) throw new HeadlightError('empty', `${path} is empty (0 bytes). Download or export it again.`);
  await sniff(source);
  const { bytes, bytesRead } = await condense(source);
  const model = decodeModel(bytes, path);
  const opsets = readOpsets(model, path);
  hoistWeights(model.graph!);
  const placed = placeTensors(folder, path, model);
  const problems = [...placed.problems, ...checkModel(path, model, opsets)];
  const { places } = placed;
  return {
    path,
    model,
    graph: model.graph!,
    bytesRead,
    places,
    files: filesOf(model),
    opsets,
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    problems,
  };
}

/**
 * Says no to a model that can be shown but not run.
 * @throws HeadlightError with the first problem's sentence
 */
export function assertRunnable(skeleton: Skeleton): void {
  const [problem] = skeleton.problems;
  if (problem) throw new HeadlightError(problem.code, problem.message);
}

function readOpsets(model: onnx.ModelProto, path: string): Map<string, number> {
  if (!model.graph) throw new HeadlightError('format', `${path} has no graph: there is nothing to show. Export the model again.`);
  if (model.opsetImport.length === 0) {
    throw new HeadlightError('format', `${path} names no opset version, so its operators cannot be understood. Export the model again.`);
  }
  return new Map(model.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, int(version)]));
}
