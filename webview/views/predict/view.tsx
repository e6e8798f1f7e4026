/** What the model makes of the text: one section at a time, so that nothing is computed that nobody looks at. */
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { usePanel } from '../context.ts';
import { SECTIONS, type Section } from './sections.ts';

export function PredictView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const session = store.session.value!;
  const sections = SECTIONS.filter((section) => section.fits(session));
  const chosen = sections.find(({ id }) => id === store.view.value.predict) ?? sections[0]!;
  const { view: View } = chosen;
  return (
    <div class="predict-view">
      {sections.length > 1 && (
        <div class="segments" role="toolbar" aria-label="What to look at" onKeyDown={(event) => step(event, sections, chosen)}>
          {sections.map((section) => (
            <button
              key={section.id}
              type="button"
              class="chip"
              aria-pressed={section === chosen}
              tabIndex={section === chosen ? 0 : -1}
              onClick={() => setView(store, { predict: section.id })}
            >
              {section.label(session)}
            </button>
          ))}
        </div>
      )}
      <section class="predict-section" aria-label={chosen.label(session)}>
        <View session={session} shown={shown} />
      </section>
    </div>
  );

  /** Arrow keys choose the next section. */
  function step(event: KeyboardEvent, all: readonly Section[], now: Section): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const next = all[(all.indexOf(now) + by + all.length) % all.length]!;
    setView(store, { predict: next.id });
    (event.currentTarget as HTMLElement).querySelectorAll('button')[all.indexOf(next)]?.focus();
    event.preventDefault();
  }
}
