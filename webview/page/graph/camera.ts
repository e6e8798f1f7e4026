/** Where one looks at the plane from. Pure. */

/** Screen = plane · scale + (x, y). */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

const LEAST = 0.02;
const MOST = 3;
/** Room around what is fitted, in pixels. */
const EDGE = 24;

/** Sees all of a picture, never larger than its natural size. */
export function fitted(scene: Extent, view: Extent): Camera {
  const scale = Math.max(
    LEAST,
    Math.min(1, (view.width - 2 * EDGE) / Math.max(1, scene.width), (view.height - 2 * EDGE) / Math.max(1, scene.height)),
  );
  return { scale, x: (view.width - scene.width * scale) / 2, y: Math.max(EDGE, (view.height - scene.height * scale) / 2) };
}

/** The width of the picture at a size that can be read, from its top: what a long graph begins with. */
export function fittedAcross(scene: Extent, view: Extent): Camera {
  const all = fitted(scene, view);
  const scale = Math.max(all.scale, Math.min(1, Math.max(0.55, (view.width - 2 * EDGE) / Math.max(1, scene.width))));
  return {
    scale,
    x: (view.width - scene.width * scale) / 2,
    y: Math.max(EDGE, scene.height * scale > view.height ? EDGE : (view.height - scene.height * scale) / 2),
  };
}

/** Zooms about a point of the screen. */
export function zoomedAt({ scale, x, y }: Camera, factor: number, atX: number, atY: number): Camera {
  const next = Math.min(MOST, Math.max(LEAST, scale * factor));
  return { scale: next, x: atX - ((atX - x) * next) / scale, y: atY - ((atY - y) * next) / scale };
}

/** Moves just so far that a box is seen, with some room around it. */
export function revealing(camera: Camera, box: { x: number; y: number; width: number; height: number }, view: Extent): Camera {
  const shift = (from: number, size: number, room: number, at: number) => {
    const start = from * camera.scale + at;
    const end = start + size * camera.scale;
    if (start < EDGE) return at + EDGE - start;
    return end > room - EDGE ? at + Math.max(room - EDGE - end, EDGE - start) : at;
  };
  return { ...camera, x: shift(box.x, box.width, view.width, camera.x), y: shift(box.y, box.height, view.height, camera.y) };
}
