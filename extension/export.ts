/** Writes the weights of the selected head to a file: all rows, full precision, as a table or as JSON. */
import { CancellationTokenSource, Uri, window, workspace } from 'vscode';
import { HeadlightError } from '../model/errors.ts';
import { type ExportedHead, toCsv, toJson } from './export-formats.ts';
import type { Panel } from './panel/panel.ts';
import { withProgress } from './run/progress.ts';
import type { Run } from './run/run.ts';
import type { Runs } from './run/runs.ts';

export async function exportHead(runs: Runs, panel: Panel): Promise<void> {
  const run = runs.current;
  if (!run?.selection) throw new HeadlightError('input', 'Nothing is visualized yet. Select some text and run Visualize Attention.');
  const { kind, layer, head } = run.selection;
  const name = `${run.modelName}-${kind}-L${layer + 1}H${head + 1}.csv`.replace(/[^\w.-]+/g, '-');
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title: 'Export the weights of the selected head',
    filters: { 'Comma-separated table': ['csv'], JSON: ['json'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return;
  const source = new CancellationTokenSource();
  try {
    const table = await withProgress('Headlight: export', source, async ({ token, report }) => {
      const rows: Float32Array[] = [];
      const count = run.queryTokens.length;
      for (let query = 0; query < count; query++) {
        if (token.isCancellationRequested) throw new HeadlightError('cancelled', 'The export was cancelled.');
        rows.push(await panel.row({ kind, layer, head, token: query, direction: 'from' }, token));
        report({ fraction: (query + 1) / count, words: `row ${query + 1} of ${count}` });
      }
      return tableOf(run, rows);
    });
    const text = target.path.endsWith('.json') ? toJson(table) : toCsv(table);
    await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  } finally {
    source.dispose();
  }
}

function tableOf(run: Run, rows: readonly Float32Array[]): ExportedHead {
  const { kind, layer, head } = run.selection!;
  return { model: run.modelName, text: run.input.text, kind, layer, head, queries: run.queryTokens, keys: run.keyTokens, rows };
}
