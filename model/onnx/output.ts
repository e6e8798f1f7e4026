/**
 * Protobuf bytes that grow in one array. A nested message gets five bytes for its length when it is opened, filled in when it is closed:
 * a varint may be longer than it must be, so nothing has to be moved.
 */
export class Output {
  private bytes = new Uint8Array(4096);
  size = 0;

  /** What was written so far, as a view. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }

  copy(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  varint(value: number): void {
    this.reserve(10);
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes[this.size++] = (rest % 128) | 128;
    this.bytes[this.size++] = rest;
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  text(field: number, ascii: string): void {
    this.tag(field, 2);
    this.varint(ascii.length);
    this.copy(Uint8Array.from(ascii, (character) => character.charCodeAt(0)));
  }

  /** Starts a nested message; hand the result to `close`. */
  open(field: number): number {
    this.tag(field, 2);
    this.reserve(5);
    this.size += 5;
    return this.size;
  }

  close(start: number): void {
    let rest = this.size - start;
    for (let at = start - 5; at < start; at++) {
      this.bytes[at] = (rest & 127) | (at < start - 1 ? 128 : 0);
      rest >>>= 7;
    }
  }

  private reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.size + more, this.bytes.length * 2));
    grown.set(this.finish());
    this.bytes = grown;
  }
}
