// Virtual time and a server's end of a socket, for tests of the core.
import type { Socket, Timers } from './rpc.ts';

export class VirtualTime implements Timers {
  now = 0;
  #due: { at: number; run: () => void }[] = [];

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.now + ms, run };
    this.#due.push(entry);
    return () => void (this.#due = this.#due.filter((other) => other !== entry));
  }

  random(): number {
    return 1;
  }

  // Lets what has been promised happen, then time pass.
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.now = next.at;
      next.run();
      await settle();
    }
    this.now = end;
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

interface Sent {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Sent[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Sent);
  }

  close(): void {
    this.closed = true;
  }

  last(method: string): Sent {
    const found = this.sent.filter((message) => message.method === method).at(-1);
    if (!found) throw new Error(`${method} was not called`);
    return found;
  }

  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }

  async answer(method: string, result: unknown): Promise<void> {
    this.receive({ id: this.last(method).id, result });
    await settle();
  }

  async refuse(method: string, code: number, word: string): Promise<void> {
    this.receive({ id: this.last(method).id, error: { code, message: word, data: { code: word } } });
    await settle();
  }
}
