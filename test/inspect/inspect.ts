/** One job: opens the model, prepares the input, runs, and writes `report.json` and `attention.safetensors`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import type { OpenResult, RunParams, RunResult } from '../../model/protocol/engine.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import { Engine, type OpenRequest } from '../../webview/engine/engine.ts';
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
  if (job.engine === 'reference')
    throw new HeadlightError('unsupported', 'The reference engine cannot run this model yet: use --engine ort.');
  const folder = openFolder(job.path);
  const engine = new Engine(await runtime(), job.keep ? { keeping: job.keep } : {});
  try {
    const raw = job.inputs === undefined ? null : await rawInputs(job.inputs);
    const opened = await engine.open(folder, folder.model, openRequest(job, folder, raw));
    noteOpened(report, opened);
    const input = await prepareInput(job, folder, opened);
    Object.assign(report, input.report);
    const params = raw ? { ...input.params, raw } : input.params;
    if (opened.problem) throw new HeadlightError(opened.problem.code, opened.problem.message);
    if (!params) return;
    const run = await engine.run(params);
    noteRun(report, opened, run);
    writeSafetensors(join(job.out, 'attention.safetensors'), await collect(engine, run));
  } finally {
    await closeAll(engine, folder);
  }
}

/** Raw inputs of a file are that file's own, also where it is one of a pair. */
function openRequest({ device }: Job, { model }: OpenFolder, raw: RunParams['raw'] | null): OpenRequest {
  return { device, alone: raw !== null && model.entry !== '', given: Object.keys(raw ?? {}) };
}

async function closeAll(engine: Engine, folder: OpenFolder): Promise<void> {
  try {
    await engine.close();
  } finally {
    folder.close();
  }
}

function noteOpened(report: Report, { model, refused, warnings, timingsMs, sites }: OpenResult): void {
  const { maxTokens: _, vocabulary: __, ...facts } = model;
  report.model = facts;
  report.refused = refused;
  report.warnings = warnings;
  report.timingsMs.open = timingsMs.open;
  report.sites = sites.map(({ key, kind, layer, heads, how, node }) => ({
    ...{ key, kind, layer, heads, how, node },
    ...{ queries: 0, keys: 0, rowSumError: null },
  }));
}

function noteRun(report: Report, { sites }: OpenResult, run: RunResult): void {
  const facts = new Map(sites.map((site) => [site.key, site]));
  report.sites = run.sites.map(({ key, heads, queries, keys, rowSumError }): ReportSite => {
    const { kind, layer, how, node } = facts.get(key)!;
    return { key, kind, layer, heads, queries, keys, how, rowSumError, node };
  });
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
