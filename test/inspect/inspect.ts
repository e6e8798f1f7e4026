/** One job: opens the model, prepares the input, runs, and writes `report.json` and `attention.safetensors`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { OpenResult, RunParams, RunResult, SiteFacts } from '../../model/protocol/engine.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import { Engine } from '../../webview/engine/engine.ts';
import { type OpenOptions, openModel } from '../../webview/engine/opening.ts';
import { computeModel, type ReferenceRun } from '../../webview/engine/reference.ts';
import { rowSumError } from '../../webview/engine/rows.ts';
import type { Runtime } from '../../webview/engine/runtime.ts';
import { type OpenFolder, openFolder } from './folder.ts';
import { prepareInput, rawInputs } from './input.ts';
import { emptyReport, type Job, type Report, type ReportSite } from './job.ts';
import { writeSafetensors } from './safetensors.ts';

/** @throws HeadlightError only when the results cannot be written: every other failure is in the report */
export async function inspect(job: Job, runtime: () => Promise<Runtime>): Promise<{ report: Report; summary: string }> {
  const report = emptyReport(job);
  prepareOut(job.out);
  try {
    await fill(report, job, runtime);
  } catch (error) {
    const { code, message } = asHeadlightError(error, 'internal', `${job.path} could not be inspected`);
    if (process.env.HEADLIGHT_LOG) console.error(error);
    report.error = { code, message };
  }
  writeFileSync(join(job.out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  return { report, summary: summaryOf(job, report) };
}

function prepareOut(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (cause) {
    throw new HeadlightError('read', `${out} cannot be written to.`, { cause });
  }
}

async function fill(report: Report, job: Job, runtime: () => Promise<Runtime>): Promise<void> {
  const folder = openFolder(job.path);
  try {
    const raw = job.inputs === undefined ? null : await rawInputs(job.inputs);
    await (job.engine === 'reference' ? fillByReference : fillByRuntime)(report, { job, folder, raw, runtime });
  } finally {
    folder.close();
  }
}

interface Work {
  readonly job: Job;
  readonly folder: OpenFolder;
  readonly raw: RunParams['raw'] | null;
  runtime(): Promise<Runtime>;
}

/** Null for a job that gives nothing to run on. */
async function paramsOf(report: Report, { job, folder, raw }: Work): Promise<RunParams | null> {
  const input = await prepareInput(job, folder);
  Object.assign(report, input.report);
  return raw ? { ...input.params, raw } : input.params;
}

async function fillByRuntime(report: Report, work: Work): Promise<void> {
  const { job, folder } = work;
  const engine = new Engine(await work.runtime(), job.keep ? { keeping: job.keep } : {});
  try {
    const opened = await engine.open(folder, folder.model, { device: job.device, ...openOptions(work) });
    noteOpened(report, opened, opened.timingsMs.open);
    const params = await paramsOf(report, work);
    if (opened.problem) throw new HeadlightError(opened.problem.code, opened.problem.message);
    if (!params) return;
    const run = await engine.run(params);
    noteRun(report, opened, run);
    writeSafetensors(join(job.out, 'attention.safetensors'), await collect(engine, run));
  } finally {
    await engine.close();
  }
}

async function fillByReference(report: Report, work: Work): Promise<void> {
  const { job, folder } = work;
  const start = performance.now();
  const model = await openModel(folder, folder.model, { device: 'wasm', fallback: null, half: false }, openOptions(work));
  const sites = model.sites.map(({ facts }): SiteFacts => ({ ...facts, how: 'computed' }));
  noteOpened(report, { ...model, model: model.facts, sites }, performance.now() - start);
  const params = await paramsOf(report, work);
  if (!params) return;
  const runStart = performance.now();
  const run = await computeModel(model, params);
  report.timingsMs.run = performance.now() - runStart;
  report.warnings = [...new Set([...report.warnings, ...run.warnings])];
  report.sites = run.sites.map(({ site, weights: { heads, queries, keys, data } }) => {
    const { key, kind, layer, node, sink } = site.facts;
    return { key, kind, layer, heads, queries, keys, how: 'computed', rowSumError: rowSumError(data, keys, sink), checkError: null, node };
  });
  writeSafetensors(join(job.out, 'attention.safetensors'), computedTensors(run));
}

function computedTensors({ sites, outputs }: ReferenceRun): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { site, weights } of sites) {
    const { batch, heads, queries, keys, data } = weights;
    tensors.set(`attention/${site.facts.key}`, tensor('float32', [batch, heads, queries, keys], data));
  }
  for (const [name, value] of outputs) tensors.set(`output/${name}`, value);
  return tensors;
}

/** Raw inputs of a file are that file's own, also where it is one of a pair. */
function openOptions({ folder, raw }: Work): OpenOptions {
  return { alone: raw !== null && folder.model.entry !== '', given: Object.keys(raw ?? {}) };
}

type Opened = Pick<OpenResult, 'model' | 'refused' | 'warnings' | 'sites'>;

function noteOpened(report: Report, { model, refused, warnings, sites }: Opened, openMs: number): void {
  const { maxTokens: _, vocabulary: __, ...facts } = model;
  report.model = facts;
  report.refused = refused;
  report.warnings = warnings;
  report.timingsMs.open = openMs;
  report.sites = sites.map(({ key, kind, layer, heads, how, node }) => ({
    ...{ key, kind, layer, heads, how, node },
    ...{ queries: 0, keys: 0, rowSumError: null, checkError: null },
  }));
}

function noteRun(report: Report, { sites }: OpenResult, run: RunResult): void {
  const facts = new Map(sites.map((site) => [site.key, site]));
  report.sites = run.sites.map(({ key, heads, queries, keys, rowSumError, checkError }): ReportSite => {
    const { kind, layer, how, node } = facts.get(key)!;
    return { key, kind, layer, heads, queries, keys, how, rowSumError, checkError, node };
  });
  report.refused = [...report.refused, ...run.refused];
  report.device = run.device;
  const fallback = run.fallback ? [`The CPU was used: ${run.fallback}`] : [];
  report.warnings = [...new Set([...report.warnings, ...run.warnings, ...fallback])];
  report.timingsMs = { ...report.timingsMs, create: run.createMs, run: run.runMs };
}

/** All weights [B, H, T, S] and all outputs. */
async function collect(engine: Engine, { run, sites, outputs }: RunResult): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const { key, batch, heads, queries, keys } of sites) {
    const all = new Float32Array(batch * heads * queries * keys);
    for (let b = 0, at = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++, at += queries * keys) all.set((await engine.head({ run, key, head: h, batch: b })).weights, at);
    }
    tensors.set(`attention/${key}`, tensor('float32', [batch, heads, queries, keys], all));
  }
  for (const { name } of outputs) tensors.set(`output/${name}`, await engine.output({ run, name }));
  return tensors;
}

function summaryOf(job: Job, { model, sites, tokens, refused, device, timingsMs }: Report): string {
  const facts = 'architecture' in model ? `${model.architecture} · ` : '';
  const parts = [`${sites.length} ${sites.length === 1 ? 'site' : 'sites'}`];
  if (tokens.length > 0) parts.unshift(`${tokens.length} tokens`);
  if (refused.length > 0) parts.push(`${refused.length} refused`);
  return `${job.path}: ${facts}${parts.join(' · ')} · ${device} · ${Math.round(timingsMs.run)} ms → ${job.out}`;
}
