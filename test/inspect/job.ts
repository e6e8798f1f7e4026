/** One question to the engine: what is in this model, on this input? The names are those of the command line. */
import type { Keep } from '../../model/attention/index.ts';
import type { Device, ModelFacts, Refusal, SiteFacts, WireError } from '../../model/protocol/engine.ts';

export interface Job {
  /** An .onnx or .safetensors file, or a model folder. */
  readonly path: string;
  /** Folder for `report.json` and `attention.safetensors`. */
  readonly out: string;
  readonly text?: string;
  readonly textFile?: string;
  /** Second segment of a pair. */
  readonly pair?: string;
  /** The decoder's text. */
  readonly target?: string;
  readonly image?: string;
  /** Raw model inputs, tensors `input/<name>`. */
  readonly inputs?: string;
  readonly engine: 'ort' | 'reference';
  readonly device: Device;
  /** What the run keeps: all weights, q and k with each head on demand, or both. Left out: as the panel decides. */
  readonly keep?: Keep;
}

export interface ReportToken {
  readonly id: number;
  readonly piece: string;
  /** UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
  readonly special: boolean;
}

export interface ReportSite extends Pick<SiteFacts, 'key' | 'kind' | 'layer' | 'heads' | 'how' | 'node'> {
  readonly queries: number;
  readonly keys: number;
  readonly rowSumError: number | null;
  /** Largest |weights·V − the operator's own output| ÷ largest |output| of recomputed weights; null for weights that are read. */
  readonly checkError: number | null;
}

export interface Report {
  model: Omit<ModelFacts, 'maxTokens' | 'vocabulary'> | { readonly path: string };
  tokens: readonly ReportToken[];
  targetTokens?: readonly ReportToken[];
  image?: {
    readonly width: number;
    readonly height: number;
    readonly patchRows: number;
    readonly patchColumns: number;
    readonly specialTokens: number;
  };
  sites: readonly ReportSite[];
  refused: readonly Refusal[];
  warnings: readonly string[];
  device: Device;
  timingsMs: { open: number; create: number; run: number };
  error: WireError | null;
}

export function emptyReport({ path, device }: Job): Report {
  return {
    model: { path },
    tokens: [],
    sites: [],
    refused: [],
    warnings: [],
    device,
    timingsMs: { open: 0, create: 0, run: 0 },
    error: null,
  };
}
