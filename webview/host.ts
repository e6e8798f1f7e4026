/** The panel's end of the channel to the extension host: JSON-RPC over the messages of the webview. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/browser';
import { Channel, type NotificationHandlers, type RequestHandlers } from '../model/protocol/channel.ts';
import type { HostNotifications, HostRequests, PanelNotifications, PanelRequests, SavedPanel } from '../model/protocol/panel.ts';

/** What VS Code gives a webview's page. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export type HostChannel = Channel<HostRequests, HostNotifications, PanelRequests, PanelNotifications>;

const isRpc = (data: unknown): data is Message => typeof data === 'object' && data !== null && 'jsonrpc' in data;

class WindowReader extends AbstractMessageReader implements MessageReader {
  listen(callback: DataCallback): Disposable {
    const take = (event: MessageEvent) => {
      if (isRpc(event.data)) callback(event.data);
    };
    window.addEventListener('message', take);
    return { dispose: () => window.removeEventListener('message', take) };
  }
}

class ApiWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly api: VsCodeApi) {
    super();
  }
  async write(message: Message): Promise<void> {
    this.api.postMessage(message);
  }
  end(): void {
    this.dispose();
  }
}

/** The one `acquireVsCodeApi()` of the page; VS Code allows no second call. */
export const vscode: VsCodeApi = acquireVsCodeApi();

/** Opens the channel. The first thing to send is `ready`. */
export function connectHost(
  requests: RequestHandlers<PanelRequests>,
  notifications: NotificationHandlers<PanelNotifications>,
): HostChannel {
  return connectPage<HostRequests, HostNotifications, PanelRequests, PanelNotifications>(requests, notifications);
}

/** The channel of any page of ours to its own part of the extension host. */
export function connectPage<
  OutR extends { [M in keyof OutR]: { params: unknown; result: unknown } },
  OutN,
  InR extends { [M in keyof InR]: { params: unknown; result: unknown } },
  InN,
>(requests: RequestHandlers<InR>, notifications: NotificationHandlers<InN>): Channel<OutR, OutN, InR, InN> {
  const connection = createMessageConnection(new WindowReader(), new ApiWriter(vscode));
  return new Channel<OutR, OutN, InR, InN>(connection, requests, notifications);
}

/** What an earlier life of this panel kept, or null. */
export function savedPanel(): SavedPanel | null {
  const state = vscode.getState();
  return typeof state === 'object' && state !== null && 'restore' in state ? (state as SavedPanel) : null;
}
