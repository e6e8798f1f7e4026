/**
 * JSON-RPC messages over `postMessage`, between page and worker. Typed arrays go as they are; large ones that a sender has given away
 * are transferred, not copied.
 */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  Emitter,
  type Message,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc';

/** What a Worker, its global scope and a MessagePort have in common. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** Arrays that may be detached when they are next sent. Only marked ones are: a cached array must stay usable. */
const given = new WeakSet<ArrayBufferLike>();

/** Marks an array as the receiver's: sending it moves its memory. */
export function give<A extends ArrayBufferView>(array: A): A {
  if (array.buffer instanceof ArrayBuffer && array.byteLength === array.buffer.byteLength) given.add(array.buffer);
  return array;
}

/** Buffers in a message that were given away. Looks into plain objects and arrays, the shapes that messages have. */
export function transfersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (given.delete(value.buffer)) found.add(value.buffer as ArrayBuffer);
  } else if (Array.isArray(value)) {
    // Lists of numbers or words are long and hold no arrays.
    if (typeof value[0] === 'object') for (const item of value) transfersOf(item, found);
  } else if (typeof value === 'object' && value !== null && !(value instanceof ArrayBuffer)) {
    for (const item of Object.values(value)) transfersOf(item, found);
  }
  return found;
}

class PortReader extends AbstractMessageReader implements MessageReader {
  readonly #messages = new Emitter<Message>();
  readonly #port: Port;
  readonly #listener = (event: MessageEvent) => this.#messages.fire(event.data as Message);

  constructor(port: Port) {
    super();
    this.#port = port;
    port.addEventListener('message', this.#listener);
  }

  listen(callback: DataCallback): Disposable {
    return this.#messages.event(callback);
  }

  override dispose(): void {
    super.dispose();
    this.#port.removeEventListener('message', this.#listener);
    this.#messages.dispose();
  }
}

class PortWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #port: Port;

  constructor(port: Port) {
    super();
    this.#port = port;
  }

  async write(message: Message): Promise<void> {
    try {
      this.#port.postMessage(message, [...transfersOf(message)]);
    } catch (error) {
      this.fireError(error, message, 1);
      throw error;
    }
  }

  end(): void {
    // A port is closed by its owner.
  }
}

/** @param connect `createMessageConnection` of vscode-jsonrpc for this environment (browser or Node) */
export function connectPort(port: Port, connect: (reader: MessageReader, writer: MessageWriter) => MessageConnection): MessageConnection {
  return connect(new PortReader(port), new PortWriter(port));
}
