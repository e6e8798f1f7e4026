/** The panel's first line: model, sizes, device, fidelity, and what can be done with the run; below it what the user must know. */
import type { ComponentChildren } from 'preact';
import type { TextInput } from '../../model/protocol/panel.ts';
import { count, short } from '../draw/numbers.ts';
import { goBack, goForward } from '../state/select.ts';
import { setView } from '../state/store.ts';
import type { Session } from '../state/types.ts';
import { Button, Icon, IconButton } from '../ui/controls.tsx';
import { CheckChip } from './check/chip.tsx';
import { CompareMenu } from './compare/menu.tsx';
import { usePanel } from './context.ts';
import { ExportMenu } from './export/menu.tsx';
import { Fidelity } from './fidelity.tsx';
import { Glossary } from './glossary.tsx';
import { PartNotice } from './part.tsx';
import { Variant } from './variant.tsx';

export function Header({ session }: { session: Session }) {
  const { host } = usePanel();
  const { show } = session;
  return (
    <header class="header">
      <button type="button" class="plain model" title="Choose another model" onClick={() => void host.request('chooseModel', null)}>
        <h1>{show.model.name}</h1> <Icon name="chevron-down" />
      </button>
      <Variant session={session} />
      <Facts session={session} />
      <Fidelity session={session} />
      <CheckChip />
      <div class="tools" role="toolbar" aria-label="Panel">
        <History />
        <CompareMenu session={session} />
        <ExportMenu />
        <IconButton label="Run again on the text as it is now" icon="refresh" onPress={() => void host.request('rerun', null)} />
        <Columns />
        <Glossary />
        <IconButton label="Settings" icon="settings-gear" onPress={() => host.notify('settings', null)} />
      </div>
      <Notices session={session} />
    </header>
  );
}

function History() {
  const { store } = usePanel();
  return (
    <>
      <IconButton label="Back" icon="arrow-left" disabled={store.past.value.length === 0} onPress={() => goBack(store)} />
      <IconButton label="Forward" icon="arrow-right" disabled={store.future.value.length === 0} onPress={() => goForward(store)} />
    </>
  );
}

function Facts({ session }: { session: Session }) {
  const { show, opened, run } = session;
  const { input } = show;
  const { model } = opened;
  const words = input.kind === 'text' ? sizeOfText(session, input) : null;
  const size = [words, words === null || session.scene ? sizeOfPicture(session) : null].filter((part) => part !== null).join(' · ');
  return (
    <ul class="chips" aria-label="This run">
      <li>{size}</li>
      <li>
        {model.layers} {model.layers === 1 ? 'layer' : 'layers'} × {model.heads} heads
        {model.kvHeads > 0 && model.kvHeads < model.heads ? ` (${model.kvHeads} key heads)` : ''}
      </li>
      <li>
        {run.device === 'webgpu' ? 'WebGPU' : 'CPU (wasm)'} · {short(run.runMs)} ms
      </li>
    </ul>
  );
}

/** `14 tokens`, `5 tokens → 4`, `2.00 s of sound → 8`. */
function sizeOfText({ heard }: Session, { tokens, target }: TextInput): string {
  const read = heard ? `${heard.seconds.toFixed(2)} s of sound` : `${count(tokens.length)} ${tokens.length === 1 ? 'token' : 'tokens'}`;
  return target ? `${read} → ${count(target.tokens.length)}` : read;
}

/** `64 patches + 1 token`. */
function sizeOfPicture({ scene, run }: Session): string {
  if (!scene) return `${count(run.sites[0]?.queries ?? 0)} positions`;
  const patches = scene.tokens.grid.rows * scene.tokens.grid.columns;
  const others = scene.tokens.tokens.length - patches;
  return `${count(patches)} patches${others > 0 ? ` + ${others} ${others === 1 ? 'token' : 'tokens'}` : ''}`;
}

/** The outer columns, away and back. */
function Columns() {
  const { store } = usePanel();
  const { showHeads, showDetails } = store.view.value;
  return (
    <>
      <IconButton
        label={showHeads ? 'Hide the heads' : 'Show the heads'}
        icon={showHeads ? 'layout-sidebar-left' : 'layout-sidebar-left-off'}
        onPress={() => setView(store, { showHeads: !showHeads })}
      />
      <IconButton
        label={showDetails ? 'Hide the details' : 'Show the details'}
        icon={showDetails ? 'layout-sidebar-right' : 'layout-sidebar-right-off'}
        onPress={() => setView(store, { showDetails: !showDetails })}
      />
    </>
  );
}

/** Things that change how the numbers must be read. All but the stale text can be closed. */
function Notices({ session }: { session: Session }) {
  const { store, host } = usePanel();
  const { input } = session.show;
  const { closed } = store.view.value;
  const fallback = session.run.fallback && `This runs on the CPU: ${session.run.fallback}.`;
  const words = [
    session.heard?.notice ?? null,
    input.kind === 'text' ? (input.part ? null : input.notice) : (session.scene?.notice ?? null),
    fallback,
    ...session.opened.warnings,
    ...session.run.warnings,
  ];
  const open = [...new Set(words)].filter((w): w is string => !!w && !closed.includes(w));
  return (
    <>
      {store.stale.value && (
        <Notice icon="history">
          The text changed since this run.{' '}
          <Button label="Run again" appearance="primary" onPress={() => void host.request('rerun', null)} />
        </Notice>
      )}
      {input.kind === 'text' && input.part && <PartNotice notice={input.notice} part={input.part} />}
      {open.map((w) => (
        <Notice key={w} icon="info">
          <span class="grow">{w}</span>
          <IconButton
            label="Close this notice"
            icon="close"
            onPress={() => setView(store, { closed: [...closed, w].slice(-MOST_CLOSED) })}
          />
        </Notice>
      ))}
    </>
  );
}

/** Closed notices that are remembered. */
const MOST_CLOSED = 20;

const Notice = ({ icon, children }: { icon: string; children: ComponentChildren }) => (
  <div class="notice">
    <Icon name={icon} /> {children}
  </div>
);
