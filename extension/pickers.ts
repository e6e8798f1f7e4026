/** Pickers: which model, which head, which sentence. */
import { type QuickPickItem, QuickPickItemKind, ThemeIcon, type Uri, window } from 'vscode';
import { HeadlightError } from '../model/errors.ts';
import type { Form } from '../model/forms.ts';
import type { Abilities } from '../model/onnx/folder.ts';
import type { SiteKind } from '../model/protocol/engine.ts';
import type { Selection } from '../model/protocol/selection.ts';
import { shortSize } from '../model/sizes.ts';
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
export async function pickModel(models: ModelRegistry, placeHolder = 'Which model should read your text?'): Promise<Model | null> {
  const chosen = await window.showQuickPick(modelItems(models), {
    title: 'Headlight: Model',
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen?.add) return (await addFolder(models)) ? pickModel(models, placeHolder) : null;
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

interface FormItem extends QuickPickItem {
  readonly entry: string;
}

/**
 * The form of a model that the user chooses, as an entry; null after Escape.
 * @throws HeadlightError `input` for a model that has one form only
 */
export async function pickForm(model: Model, abilities: Abilities): Promise<string | null> {
  const forms = await model.forms(abilities);
  if (forms.length < 2) throw new HeadlightError('input', `${model.name} is there in one form only; there is nothing to choose.`);
  const used = forms.find(({ entry }) => entry === model.chosen) ?? forms.find(({ preferred }) => preferred);
  const items = forms.map((form): FormItem => formItem(form, form === used));
  const device = abilities.device === 'webgpu' ? 'WebGPU' : 'the CPU';
  const chosen = await window.showQuickPick(items, {
    title: `Headlight: Variant of ${model.name}`,
    placeHolder: `Which one should run on ${device}?`,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.entry ?? null;
}

function formItem({ entry, files, words, size, preferred, note }: Form, used: boolean): FormItem {
  const why = preferred ? `Preferred${note ? `: ${note}` : ''}` : note && `${note[0]!.toUpperCase()}${note.slice(1)}`;
  const item = {
    label: files.join(' + '),
    description: `${words} · ${shortSize(size)}`,
    iconPath: new ThemeIcon(used ? 'pass-filled' : 'circle-large-outline'),
    entry,
  };
  return why ? { ...item, detail: why } : item;
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
