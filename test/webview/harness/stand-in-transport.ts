/** Messages between a page and the stand-in for VS Code in the same window. */
import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Message } from 'vscode-jsonrpc/browser';

const toHost = new EventTarget();
const STATE = 'headlight-state';

export class PageReader extends AbstractMessageReader {
  listen(callback: DataCallback) {
    toHost.addEventListener('message', (event) => callback((event as CustomEvent<Message>).detail));
    return { dispose: () => undefined };
  }
}

export class PageWriter extends AbstractMessageWriter {
  async write(message: Message): Promise<void> {
    window.postMessage(structuredClone(message), '*');
  }
  end(): void {
    this.dispose();
  }
}

/** What VS Code gives a page. */
export const pageApi = () => ({
  postMessage: (message: unknown) => {
    toHost.dispatchEvent(new CustomEvent('message', { detail: structuredClone(message) }));
  },
  getState: () => JSON.parse(sessionStorage.getItem(STATE) ?? 'null'),
  setState: (state: unknown) => sessionStorage.setItem(STATE, JSON.stringify(state)),
});
