/** The classes that a picture's model sees in it, with their probabilities. */
import { exact, percent } from '../../draw/numbers.ts';
import { usePanel } from '../context.ts';

const SHOWN = 5;

export function Classes() {
  const { store } = usePanel();
  const { classes } = store.session.value ?? {};
  if (!classes) return null;
  const listed = classes.slice(0, SHOWN);
  const rest = classes.slice(SHOWN).reduce((sum, { probability }) => sum + probability, 0);
  return (
    <div class="block">
      <h3>The model sees</h3>
      <ul class="top classes" aria-label="Classes by probability">
        {listed.map(({ index, label, probability }) => (
          <li key={index} class="line" title={`${label}: ${exact(probability)}`}>
            <span class="name">{label}</span>
            <span class="bar">
              <span style={{ width: `${100 * probability}%` }} />
            </span>
            <span class="number">{probability > 0.995 && probability < 1 ? '>99 %' : percent(probability)}</span>
          </li>
        ))}
        {classes.length > SHOWN && (
          <li class="line muted" title={exact(rest)}>
            <span class="name">{classes.length - SHOWN} more</span>
            <span class="bar" />
            <span class="number">{percent(rest)}</span>
          </li>
        )}
      </ul>
    </div>
  );
}
