/** The orientation that a photograph's file states. */

/** The TIFF structure of EXIF data: where it begins in the file. */
function findExif(view: DataView): number | null {
  const tag = (at: number) => (at + 4 <= view.byteLength ? view.getUint32(at) : 0);
  if (view.byteLength >= 4 && view.getUint16(0) === 0xffd8) return inJpeg(view);
  if (tag(0) === 0x89504e47) return inChunks(view, 8, 0x65584966, false);
  if (tag(0) === 0x52494646 && tag(8) === 0x57454250) return inChunks(view, 12, 0x45584946, true);
  return null;
}

/** JPEG: segments FF xx length; EXIF lies in APP1 behind "Exif\0\0". */
function inJpeg(view: DataView): number | null {
  for (let at = 2; at + 10 <= view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda || marker === 0xd9) return null;
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** PNG (length, name, data, checksum) and WebP (name, little-endian length, data, padding): the chunk called `name`. */
function inChunks(view: DataView, from: number, name: number, webp: boolean): number | null {
  for (let at = from; at + 8 <= view.byteLength; ) {
    const found = view.getUint32(webp ? at : at + 4);
    const length = view.getUint32(webp ? at + 4 : at, webp);
    // WebP files of some programs repeat JPEG's "Exif\0\0" in the chunk.
    if (found === name) return at + 12 <= view.byteLength && view.getUint32(at + 8) === 0x45786966 ? at + 14 : at + 8;
    at += webp ? 8 + length + (length % 2) : 12 + length;
  }
  return null;
}

/** The value of tag 0x0112 in the first directory of the TIFF structure at `base`. */
function orientationTag(view: DataView, base: number): number {
  if (base + 8 > view.byteLength) return 1;
  const little = view.getUint16(base) === 0x4949;
  const directory = base + view.getUint32(base + 4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > view.byteLength) return 1;
    if (view.getUint16(at, little) === 0x0112) {
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

/**
 * The EXIF orientation (1 to 8) of a JPEG, PNG or WebP file; 1, upright, where none is stated or the data is broken. For `upright` in picture.ts, after
 * a decoder that does not turn pictures itself.
 */
export function exifOrientation(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const base = findExif(view);
  return base === null ? 1 : orientationTag(view, base);
}
