/** Canvases with the density of the screen. */

/** Sizes a canvas to `width` × `height` CSS pixels at `density` and returns its context, scaled so that one unit is one CSS pixel. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number, density = screenDensity()): CanvasRenderingContext2D {
  const [w, h] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export const screenDensity = (): number => Math.max(1, globalThis.devicePixelRatio || 1);
