/** Pickers: which model, which head, which sentence. */
import { type QuickPickItem, QuickPickItemKind, ThemeIcon, type Uri, window } from 'vscode';
import type { SiteKind } from '../model/protocol/engine.ts';
import type { Selection } from '../model/protocol/selection.ts';
import { headName, shortWeight } from './hover/card.ts';
import { factsLine, relationsOfHead } from './models/card.ts';
import type { Model } from './models/model.ts';
import type { ModelRegistry } from './models/registry.ts';
import type { Run } from './run/run.ts';
import { SECTIONS } from './views/nodes.ts';

interface ModelItem extends QuickPickItem {
  readonly model?: Model;
  readonly add?: true;
}

/** The model that the user chooses, null after Escape. */
export async function pickModel(models: ModelRegistry): Promise<Model | null> {
  const chosen = await window.showQuickPick(modelItems(models), {
    title: 'Headlight: Model',
    placeHolder: 'Which model should read your text?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen?.add) return (await addFolder(models)) ? pickModel(models) : null;
  return chosen?.model ?? null;
}

async function modelItems(models: ModelRegistry): Promise<ModelItem[]> {
  const active = await models.active();
  const items: ModelItem[] = [];
  let section = '';
  for (const model of await models.all()) {
    const name = SECTIONS[model.origin];
    if (name !== section) items.push({ label: name, kind: QuickPickItemKind.Separator });
    section = name;
    const { card, problem } = await model.describe();
    const words = problem ?? model.failure;
    const item = {
      label: model.name,
      description: factsLine(card),
      iconPath: new ThemeIcon(model.id === active?.id ? 'pass-filled' : 'circle-large-outline'),
      model,
    };
    items.push(words ? { ...item, detail: `$(warning) ${words}` } : item);
  }
  items.push(
    { label: '', kind: QuickPickItemKind.Separator },
    { label: 'Add a Folder with Models…', iconPath: new ThemeIcon('add'), add: true },
  );
  return items;
}

export async function addFolder(models: ModelRegistry): Promise<boolean> {
  const folders = await window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Look Here for Models',
    title: 'A folder with models',
  });
  const folder: Uri | undefined = folders?.[0];
  if (folder) await models.addFolder(folder);
  return folder !== undefined;
}

interface HeadItem extends QuickPickItem {
  readonly head?: { readonly kind: SiteKind; readonly layer: number; readonly head: number };
}

/** The head that the user chooses; moving through the list shows each at once. */
export async function pickHead(run: Run, model: Model | null, preview: (selection: Partial<Selection>) => void): Promise<void> {
  const { selection } = run;
  const card = model ? (await model.describe()).card : null;
  const items: HeadItem[] = (run.result?.sites ?? []).flatMap(({ kind, layer, heads }) =>
    Array.from({ length: heads }, (_, head) => {
      const known = card ? relationsOfHead(card, kind, layer, head) : [];
      return {
        label: `L${layer + 1}·H${head + 1}`,
        description: headName(kind, layer, head),
        detail: known.map(({ relation, weight }) => `${relation} ${shortWeight(weight)}`).join(' · '),
        head: { kind, layer, head },
      };
    }),
  );
  const picker = window.createQuickPick<HeadItem>();
  picker.title = `Headlight: Head of ${run.modelName}`;
  picker.placeholder = 'Layer, head, or what it is known for';
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.items = items;
  const current = items.find(
    ({ head }) => head?.kind === selection?.kind && head?.layer === selection?.layer && head?.head === selection?.head,
  );
  if (current) picker.activeItems = [current];
  await new Promise<void>((done) => {
    let accepted = false;
    picker.onDidChangeActive(([item]) => {
      if (item?.head) preview(item.head);
    });
    picker.onDidAccept(() => {
      accepted = true;
      const [item] = picker.selectedItems;
      if (item?.head) preview(item.head);
      picker.hide();
    });
    picker.onDidHide(() => {
      if (!accepted && selection) preview({ kind: selection.kind, layer: selection.layer, head: selection.head });
      picker.dispose();
      done();
    });
    picker.show();
  });
}

/** A sentence, null after Escape. */
export async function askSentence(prompt: string, value = ''): Promise<string | null> {
  const text = await window.showInputBox({
    title: 'Headlight',
    prompt,
    value,
    ignoreFocusOut: true,
    validateInput: (typed) => (typed.trim() === '' ? 'Type at least one word.' : null),
  });
  return text ?? null;
}
