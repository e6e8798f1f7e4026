/** Step by step through a block: buttons, a slider, and keys: ← → a step, Home and End. */
import type { ComponentChildren } from 'preact';
import { IconButton } from '../ui/controls.tsx';
import { Scrubber } from '../views/predict/generate/scrubber.tsx';

interface PlayerProps {
  readonly steps: number;
  /** Counted from 0. */
  readonly at: number;
  readonly onMove: (step: number) => void;
  /** What the step shows, in a sentence; read out when it changes. */
  readonly words: string;
  readonly children: ComponentChildren;
}

export function Player({ steps, at, onMove, words, children }: PlayerProps) {
  const move = (to: number) => onMove(Math.min(steps - 1, Math.max(0, to)));
  const key = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: steps - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(to);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the figure takes the keys that walk through its steps
    <section class="player" aria-label="Step by step: arrow keys" tabIndex={0} onKeyDown={key}>
      <div class="player-tools">
        <IconButton label="One step back" icon="chevron-left" disabled={at <= 0} onPress={() => move(at - 1)} />
        <IconButton label="One step on" icon="chevron-right" disabled={at >= steps - 1} onPress={() => move(at + 1)} />
        <Scrubber steps={steps} at={at} onMove={move} words={words} />
      </div>
      <p class="step-words" aria-live="polite">
        {words}
      </p>
      {children}
    </section>
  );
}
