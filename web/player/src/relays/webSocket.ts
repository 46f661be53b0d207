import { MAX_UNSENT, type Opening, type Transport, type TransportEvents } from "./transport.ts";

/** The part of the browser's WebSocket that is used here. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  onopen: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
}

export type OpenSocket = (url: string, protocol: string) => Socket;

// A WebSocket subprotocol is an HTTP token (RFC 6455 section 4.1), so it cannot hold the slash of the ALPN name.
const PROTOCOL = "clustercast.1";
const OPEN = 1;

/** Dials a relay's WebSocket. */
export function openWebSocket(open: OpenSocket, url: string): Opening {
  let socket: Socket | null = null;
  const opened = new Promise<Transport>((resolve, reject) => {
    const dialed = socket = open(url, PROTOCOL);
    dialed.onopen = () => resolve(new WebSocketTransport(dialed));
    dialed.onerror = dialed.onclose = () => reject(new Error("The relay cannot be reached."));
  });
  return { opened, cancel: () => socket?.close() };
}

/** Frames as binary messages, each of one or more whole frames. */
class WebSocketTransport implements Transport {
  readonly kind = "webSocket";
  readonly wholeFrames = true;

  constructor(private readonly socket: Socket) { socket.binaryType = "arraybuffer"; }

  listen(events: TransportEvents): void {
    const { socket } = this;
    if (socket.readyState !== OPEN) return events.closed("The relay closed the connection.");
    socket.onmessage = (event: { data: unknown }) => { if (event.data instanceof ArrayBuffer) events.bytes(new Uint8Array(event.data)); };
    socket.onclose = () => events.closed("The relay closed the connection.");
    socket.onerror = () => events.closed("The relay cannot be reached.");
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.socket.readyState !== OPEN) return;
    if (this.socket.bufferedAmount + bytes.length > MAX_UNSENT) return this.socket.close();
    this.socket.send(bytes);
  }

  close(): void {
    this.socket.onclose = this.socket.onerror = this.socket.onmessage = null;
    this.socket.close();
  }
}
