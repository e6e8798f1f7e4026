/** The whole panel: header, heads, view, details; or what is under way, or what went wrong. */
import type { ComponentChildren } from 'preact';
import { useCallback, useRef } from 'preact/hooks';
import type { WireError } from '../../model/protocol/engine.ts';
import type { Shown } from '../state/shown.ts';
import { setView } from '../state/store.ts';
import type { Session, TabId, ViewOptions } from '../state/types.ts';
import { Button, Icon, ProgressRing } from '../ui/controls.tsx';
import { useLast, useSlow } from '../ui/hooks.ts';
import { Sash } from '../ui/sash.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { usePanel } from './context.ts';
import { DetailsPane } from './details/pane.tsx';
import { Header } from './header.tsx';
import { HeadsPane } from './heads/pane.tsx';
import { InputsForm } from './inputs/form.tsx';
import { MatrixTable } from './matrix/table.tsx';
import { Refusals } from './refusals.tsx';
import { VIEWS } from './registry.tsx';

export function App() {
  const { store } = usePanel();
  const session = store.session.value;
  const phase = store.phase.value;
  const shows = phase.at !== 'failed' && phase.at !== 'asking';
  return (
    <main class="app">
      {session && shows && <Header session={session} />}
      {phase.at === 'working' && <Working words={phase.words} fraction={phase.fraction} over={session !== null} />}
      {phase.at === 'failed' && <Failed error={phase.error} />}
      {phase.at === 'asking' && <InputsForm asking={phase} />}
      {phase.at === 'empty' && !session && <p class="empty">Select text in an editor and choose “Visualize Attention”.</p>}
      {session && shows && (session.sites.size > 0 ? <Columns session={session} /> : <Nothing session={session} />)}
      <div class="unseen" role="status" aria-live="polite">
        {store.said.value}
      </div>
    </main>
  );
}

/** Progress. Over an earlier run it is a line; the run stays readable until the next one is there. */
function Working({ words, fraction, over }: { words: string; fraction: number | null; over: boolean }) {
  const { sessions } = usePanel();
  const slow = useSlow(true);
  if (!slow) return null;
  return (
    <div class={over ? 'working over-run' : 'working'} role="status">
      <ProgressRing label={words} />
      <p>
        {words}
        {fraction === null ? ' …' : ` … ${Math.round(fraction * 100)} %`}
      </p>
      <Button label="Cancel" onPress={() => sessions.cancel()} />
    </div>
  );
}

/** The error stands where the result would, with what to do next. */
function Failed({ error }: { error: WireError }) {
  const { host } = usePanel();
  const cancelled = error.code === 'cancelled';
  return (
    <div class="failed" role="alert">
      <h1>
        <Icon name={cancelled ? 'circle-slash' : 'error'} /> {cancelled ? 'Cancelled' : 'This could not be shown'}
      </h1>
      <p>{error.message}</p>
      <div class="row-tools">
        <Button label="Run again" icon="refresh" appearance="primary" onPress={() => void host.request('rerun', null)} />
        <Button label="Choose another model" onPress={() => void host.request('chooseModel', null)} />
      </div>
    </div>
  );
}

/** A model that ran, and has no attention that could be shown: why, site by site. */
function Nothing({ session }: { session: Session }) {
  const { host } = usePanel();
  const { refused } = session.opened;
  return (
    <div class="failed" role="alert">
      <h2>
        <Icon name="circle-slash" /> No attention to show
      </h2>
      <p>
        {session.show.model.name} ran, but{' '}
        {refused.length > 0 ? 'none of its attention could be shown exactly:' : 'no attention was found in its graph.'}
      </p>
      <Refusals refused={refused} />
      <Button label="Choose another model" appearance="primary" onPress={() => void host.request('chooseModel', null)} />
    </div>
  );
}

function Columns({ session }: { session: Session }) {
  const { store, shown } = usePanel();
  const main = useRef<HTMLDivElement>(null);
  const columns = useRef<HTMLDivElement>(null);
  const now = shown.value;
  // The map before stays on screen until the next one is there, so that nothing blinks.
  const last = useLast(now.state === 'ready' ? now.value : null);
  const slow = useSlow(now.state === 'loading');
  const current = last && session.sites.get(last.site.key)?.run === last.site.run ? last : null;
  const open = useCallback(
    () => main.current?.querySelector<HTMLElement>('.current :is([role=grid], [role=listbox], [role=application], .table-box)')?.focus(),
    [],
  );
  const views = VIEWS.filter((v) => v.fits(session));
  const tab = (views.find((v) => v.id === store.view.value.tab) ?? views[0]!).id;
  const drawn = current ?? (session.base && VIEWS.find(({ id }) => id === tab)?.stays ? last : null);
  const toggleTable = (event: KeyboardEvent) => {
    if (event.key === 't' && !event.ctrlKey && !event.metaKey && !event.altKey) setView(store, { table: !store.view.peek().table });
  };
  return (
    <div ref={columns} class="columns" style={widths(session, store.view.value)}>
      {store.view.value.showHeads && <HeadsPane session={session} onOpen={open} />}
      <section class="pane main" aria-label="View" ref={main} onKeyDown={toggleTable}>
        <Tabs label="Views" tabs={views} chosen={tab} onChoose={(id: TabId) => setView(store, { tab: id })}>
          {now.state === 'failed' ? <Refused error={now.error} /> : drawn ? <Current shown={drawn} tab={tab} /> : <Waiting slow={slow} />}
        </Tabs>
      </section>
      {store.view.value.showDetails && current && now.state !== 'failed' && <DetailsPane shown={current} />}
      <Sashes columns={columns} />
    </div>
  );
}

/** Room for thumbnails of 26 pixels, where there is room. */
const headsWidth = (session: Session): number => Math.max(...[...session.sites.values()].map((s) => s.run.heads), 6) * 29 + 60;

/** The columns' widths: what the user dragged them to, else what the content asks for. */
function widths(session: Session, view: ViewOptions) {
  const heads = view.headsWidth > 0 ? `${view.headsWidth}px` : `clamp(190px, ${headsWidth(session)}px, max(34%, min(40%, 252px)))`;
  const details = view.detailsWidth > 0 ? `${view.detailsWidth}px` : 'minmax(210px, 22%)';
  return { '--heads': view.showHeads ? heads : '0px', '--details': view.showDetails ? details : '0px' };
}

/** The lines between the columns. */
function Sashes({ columns }: { columns: { readonly current: HTMLElement | null } }) {
  const { store } = usePanel();
  const of = (pane: string) => columns.current?.querySelector<HTMLElement>(pane)?.offsetWidth ?? 0;
  const half = () => (columns.current?.offsetWidth ?? 0) / 2;
  // Drawn again when the widths change.
  const { showHeads, showDetails, headsWidth, detailsWidth } = store.view.value;
  void [headsWidth, detailsWidth];
  return (
    <>
      {showHeads && (
        <Sash
          class="left"
          label="Width of the heads"
          side={1}
          width={() => of('.heads')}
          most={half}
          onWidth={(width) => setView(store, { headsWidth: width })}
        />
      )}
      {showDetails && (
        <Sash
          class="right"
          label="Width of the details"
          side={-1}
          width={() => of('.details')}
          most={half}
          onWidth={(width) => setView(store, { detailsWidth: width })}
        />
      )}
    </>
  );
}

/** The chosen view; every view of weights has the table of its numbers behind the key t. */
function Current({ shown, tab }: { shown: Shown; tab: TabId }): ComponentChildren {
  const { store } = usePanel();
  const { view: View, table = true } = VIEWS.find((v) => v.id === tab) ?? VIEWS[0]!;
  return <div class="current">{store.view.value.table && table ? <MatrixTable shown={shown} /> : <View shown={shown} />}</div>;
}

const Waiting = ({ slow }: { slow: boolean }) => <div class="working">{slow && <ProgressRing label="Computing the weights" />}</div>;

const Refused = ({ error }: { error: WireError }) => (
  <p class="failed" role="alert">
    {error.message}
  </p>
);
