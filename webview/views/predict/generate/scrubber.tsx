/** A slider over the steps: each shows the attention of the row that foretold its token. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { IconButton } from '../../../ui/controls.tsx';

/** Time that a step stays while the steps are played. */
const STEP_MS = 700;

interface ScrubberProps {
  readonly steps: number;
  /** Chosen step, counted from 0. */
  readonly at: number;
  readonly onMove: (step: number) => void;
  /** What the step says. */
  readonly words: string;
}

export function Scrubber({ steps, at, onMove, words }: ScrubberProps) {
  const playing = useSignal(false);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  useEffect(() => {
    if (!playing.value) return;
    if (at >= steps - 1) {
      playing.value = false;
      return;
    }
    const timer = setTimeout(() => onMove(at + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing.value, at, steps]);
  const play = () => {
    if (!playing.value && at >= steps - 1) onMove(0);
    playing.value = !playing.value;
  };
  return (
    <div class="scrubber">
      {!still && (
        <IconButton label={playing.value ? 'Pause' : 'Play the steps'} icon={playing.value ? 'debug-pause' : 'play'} onPress={play} />
      )}
      <input
        type="range"
        min={1}
        max={steps}
        step={1}
        value={at + 1}
        aria-label="Step"
        aria-valuetext={`step ${at + 1} of ${steps}: ${words}`}
        onInput={(event) => onMove(event.currentTarget.valueAsNumber - 1)}
      />
      <span class="number">
        {at + 1} of {steps}
      </span>
    </div>
  );
}
