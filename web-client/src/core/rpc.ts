// JSON-RPC 2.0 over one WebSocket that is opened again whenever it is lost. Knows nothing of meetings. Sockets, timers and
// randomness are passed in, so that a test plays a whole bad evening in virtual time.
import { signal, type ReadonlySignal } from '@preact/signals-core';

import { Backoff, kSignalingBackoff } from './backoff.ts';

export class RpcError extends Error {
  readonly code: number;
  readonly word: string; // the stable word of `data.code`

  constructor(code: number, word: string, message: string) {
    super(message);
    this.code = code;
    this.word = word;
  }
}

export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

export interface Timers {
  after(ms: number, run: () => void): () => void; // returns what cancels it
  random(): number;
}

export type Call = (method: string, params?: object) => Promise<unknown>;

export interface RpcOptions {
  open: () => Socket;
  timers: Timers;
  // Runs after each opening, before any other call; a failure that is `final` ends the connection for good.
  greet: (call: Call) => Promise<void>;
  final: (error: unknown) => boolean;
  notified: (method: string, params: unknown) => void;
}

export type RpcStatus = 'connecting' | 'open' | 'waiting' | 'ended';

// An answer that takes longer will not come: the connection is dead though nobody told us.
const kAnswer_ms = 10_000;
// Calls made while disconnected wait this long for the connection to come back.
const kPatience_ms = 8_000;

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: RpcError) => void;
  cancel: () => void;
}

export class Rpc {
  readonly #status = signal<RpcStatus>('connecting');
  readonly #options: RpcOptions;
  readonly #backoff: Backoff;
  #socket: Socket | null = null;
  #pending = new Map<number, Pending>();
  #waiting: (() => void)[] = [];
  #next_id = 1;
  #cancel_retry: (() => void) | null = null;

  constructor(options: RpcOptions) {
    this.#options = options;
    this.#backoff = new Backoff(kSignalingBackoff, () => options.timers.random());
  }

  get status(): ReadonlySignal<RpcStatus> {
    return this.#status;
  }

  start(): void {
    if (this.#socket || this.#status.value === 'ended') return;
    this.#cancel_retry?.();
    this.#cancel_retry = null;
    this.#status.value = 'connecting';
    const socket = this.#options.open();
    this.#socket = socket;
    socket.onopen = () => void this.#greet(socket);
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#received(event.data);
    };
    socket.onclose = () => this.#lost(socket);
  }

  // The network changed or the page woke up: do not sit out a long delay.
  hurry(): void {
    this.#backoff.reset();
    if (this.#status.value === 'waiting') this.start();
  }

  stop(): void {
    this.#status.value = 'ended';
    this.#cancel_retry?.();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#reject_all();
  }

  async call(method: string, params: object = {}): Promise<unknown> {
    if (this.#status.value !== 'open') await this.#opened();
    return this.#send(method, params);
  }

  #opened(): Promise<void> {
    if (this.#status.value === 'ended') return Promise.reject(disconnected());
    return new Promise((resolve, reject) => {
      const go = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#options.timers.after(kPatience_ms, () => {
        this.#waiting = this.#waiting.filter((other) => other !== go);
        reject(disconnected());
      });
      this.#waiting.push(go);
    });
  }

  #send(method: string, params: object): Promise<unknown> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(disconnected());
    const id = this.#next_id++;
    return new Promise((resolve, reject) => {
      const cancel = this.#options.timers.after(kAnswer_ms, () => {
        this.#pending.delete(id);
        reject(new RpcError(0, 'timeout', 'no answer'));
        this.#lost(socket);
        socket.close();
      });
      this.#pending.set(id, { resolve, reject, cancel });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  async #greet(socket: Socket): Promise<void> {
    try {
      await this.#options.greet((method, params = {}) => this.#send(method, params));
    } catch (error) {
      if (socket !== this.#socket) return;
      if (this.#options.final(error)) this.stop();
      else {
        this.#lost(socket);
        socket.close();
      }
      return;
    }
    if (socket !== this.#socket) return;
    this.#backoff.reset();
    this.#status.value = 'open';
    for (const go of this.#waiting.splice(0)) go();
  }

  #received(data: unknown): void {
    const message = parse(data);
    if (!message) return;
    if (typeof message.method === 'string') {
      this.#options.notified(message.method, message.params);
      return;
    }
    const pending = typeof message.id === 'number' ? this.#pending.get(message.id) : undefined;
    if (!pending) return;
    this.#pending.delete(message.id as number);
    pending.cancel();
    if (message.error) {
      const { code, message: text, data: detail } = message.error;
      pending.reject(new RpcError(code ?? 0, detail?.code ?? 'unknown', text ?? ''));
    } else pending.resolve(message.result);
  }

  #lost(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#reject_all();
    if (this.#status.value === 'ended') return;
    this.#status.value = 'waiting';
    this.#cancel_retry = this.#options.timers.after(this.#backoff.next(), () => this.start());
  }

  #reject_all(): void {
    for (const pending of this.#pending.values()) {
      pending.cancel();
      pending.reject(disconnected());
    }
    this.#pending.clear();
  }
}

interface Message {
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: { code?: number; message?: string; data?: { code?: string } };
}

function parse(data: unknown): Message | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function disconnected(): RpcError {
  return new RpcError(0, 'disconnected', 'not connected');
}
