/** `vscode-jsonrpc` over a webview's messages. */
import type { Webview } from 'vscode';
import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Message, type MessageConnection } from 'vscode-jsonrpc';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { asHeadlightError } from '../../model/errors.ts';

class WebviewReader extends AbstractMessageReader {
  constructor(private readonly webview: Webview) {
    super();
  }

  listen(callback: DataCallback) {
    return this.webview.onDidReceiveMessage((message: Message) => callback(message));
  }
}

class WebviewWriter extends AbstractMessageWriter {
  constructor(private readonly webview: Webview) {
    super();
  }

  async write(message: Message): Promise<void> {
    try {
      await this.webview.postMessage(message);
    } catch (error) {
      this.fireError(asHeadlightError(error, 'disposed', 'The panel is gone'), message);
    }
  }

  end(): void {
    this.fireClose();
  }
}

/** A connection to the page in `webview`; it does not listen yet. */
export function connect(webview: Webview): MessageConnection {
  return createMessageConnection(new WebviewReader(webview), new WebviewWriter(webview));
}
