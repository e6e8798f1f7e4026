/** Weights to steps of colour, and the colours themselves. Pure, so that the contrast of every step is a tested number. */

/** Number of steps; 0 stands for nothing painted. */
export const STEPS = 16;

export type Scale = 'linear' | 'sqrt';

/**
 * The step of a weight: 0 only for a weight of exactly 0 (a key that was never seen), 16 for 1. Linear by default; `sqrt` lifts small weights,
 * and views that use it say so. Nothing is normalised to the largest weight.
 */
export function stepOf(weight: number, scale: Scale): number {
  if (!(weight > 0)) return 0;
  const x = Math.min(1, weight);
  return Math.max(1, Math.ceil((scale === 'sqrt' ? Math.sqrt(x) : x) * STEPS - 1e-6));
}

/** Four kinds of theme, as `contributes.colors` names them. */
export type Theme = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

/** The hue that weights are painted with, and the text on strong steps, by theme. */
export const PAINT: Readonly<Record<Theme, { readonly hue: string; readonly text: string; readonly strongest: number }>> = {
  dark: { hue: '#2166c9', text: '#ffffff', strongest: 0.92 },
  light: { hue: '#5ea7f5', text: '#000000', strongest: 0.9 },
  highContrast: { hue: '#0f5fd0', text: '#ffffff', strongest: 0.95 },
  highContrastLight: { hue: '#66aaf2', text: '#000000', strongest: 0.95 },
};

const WEAKEST = 0.05;

/** From this step on the text gets a colour of its own; below, the theme's colours stay, on a tint that takes at most a tenth of their contrast. */
export const OWN_TEXT_FROM = 2;

/** Opacity of a step's background over the editor's own. */
export function opacityOf(step: number, theme: Theme): number {
  return WEAKEST + ((PAINT[theme].strongest - WEAKEST) * (step - 1)) / (STEPS - 1);
}

/** `#rrggbbaa` of a step. */
export function colorOf(step: number, theme: Theme): string {
  const alpha = Math.round(opacityOf(step, theme) * 255);
  return PAINT[theme].hue + alpha.toString(16).padStart(2, '0');
}

/** Names of the contributed colours, so that themes and users may change them. */
export const colorId = (step: number) => `headlight.weight${String(step).padStart(2, '0')}`;
export const TEXT_COLOR_ID = 'headlight.weightForeground';
export const QUERY_COLOR_ID = 'headlight.queryBorder';

/** Entries of `contributes.colors` in package.json; a test compares them with what stands there. */
export function contributedColors(): { id: string; description: string; defaults: Record<Theme, string> }[] {
  const themes: Theme[] = ['dark', 'light', 'highContrast', 'highContrastLight'];
  const defaults = (of: (theme: Theme) => string) => Object.fromEntries(themes.map((theme) => [theme, of(theme)])) as Record<Theme, string>;
  const steps = Array.from({ length: STEPS }, (_, index) => ({
    id: colorId(index + 1),
    description: `Background of a token whose attention weight is in step ${index + 1} of ${STEPS}.`,
    defaults: defaults((theme) => colorOf(index + 1, theme)),
  }));
  return [
    ...steps,
    {
      id: TEXT_COLOR_ID,
      description: 'Text of a token that is painted with its attention weight.',
      defaults: defaults((theme) => PAINT[theme].text),
    },
    {
      id: QUERY_COLOR_ID,
      description: 'Outline of the query token.',
      defaults: { dark: '#ffb454', light: '#b45309', highContrast: '#ffd38a', highContrastLight: '#8a3d00' },
    },
  ];
}
