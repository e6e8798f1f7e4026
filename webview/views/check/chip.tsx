/** The result of the check in the header: `reference ✓ 3e-7`; pressing it opens the table. */
import { GRADE_SIGNS, GRADE_WORDS, gradeOf, share, worstOf } from '../../state/agreement.ts';
import { usePanel } from '../context.ts';

export function CheckChip() {
  const { checks, store } = usePanel();
  const now = checks.state.value;
  const worst = now.at === 'done' ? worstOf(now.comparison) : null;
  if (!worst) return null;
  const grade = gradeOf(worst);
  const words = `Against the reference: ${GRADE_WORDS[grade]}, largest difference ${rough(share(worst))} of the largest value`;
  return (
    <button
      type="button"
      class={`plain chip-button ${grade === 'close' ? 'good' : 'doubt'}`}
      title={words}
      aria-label={`reference ${GRADE_SIGNS[grade]} ${rough(share(worst))}. ${words}`}
      onClick={() => {
        store.asked.value = 'check';
      }}
    >
      reference <span class={`grade ${grade}`}>{GRADE_SIGNS[grade]}</span> {rough(share(worst))}
    </button>
  );
}

/** One digit is enough for how far something is off: `3e-7`. */
export const rough = (value: number): string => (value === 0 || !Number.isFinite(value) ? String(value) : value.toExponential(0));
