// The device check on the real path: camera and microphone go to the server's meter and to nobody else, sound comes back
// from the room, and both ways are judged. Ends by itself when the server says so.
import { computed, effect, signal } from '@preact/signals-core';

import { downWord, receivedOf, rememberCheck, verdictOf } from '../check.ts';
import type { Shelf } from '../memory.ts';
import type { Network } from '../protocol.ts';
import type { Session } from '../session.ts';
import { Publisher } from './publisher.ts';
import type { TransportOptions } from './transport.ts';
import { Viewer } from './viewer.ts';

const kLook_ms = 1_000;
// Without sound for so long, although the connection stands, the way back is not open.
const kNoSound_looks = 10;

export interface CheckerOptions {
  session: Session;
  room: string;
  stream: () => MediaStream | null;
  media: Omit<TransportOptions, 'url' | 'prepare' | 'closed'>;
  shelf: Shelf;
  now: () => number;
}

export class Checker {
  readonly running = signal(false);
  // The server's word for why it ended; null: it goes on, or this page ended it.
  readonly ended = signal<string | null>(null);
  readonly down = signal<Network | null>(null);
  readonly result;
  // Whether packets find their way at all: many networks let no UDP through.
  readonly udp;
  readonly refusal;
  readonly #options: CheckerOptions;
  readonly #up: Publisher;
  readonly #back: Viewer;
  readonly #reached = signal(false);
  #stops: (() => void)[] = [];
  #looks = 0;

  constructor(options: CheckerOptions) {
    this.#options = options;
    const room = encodeURIComponent(options.room);
    this.#up = new Publisher({ ...options.media, url: () => `/whip/${room}/check`, stream: options.stream });
    this.#back = new Viewer({ ...options.media, url: () => `/whep/${room}?language=floor`, slots: () => ({ audio: 1, video: 0 }) });
    const { transport } = this.#up;
    this.refusal = transport.refusal;
    this.result = computed(() => (this.running.value || this.ended.value ? options.session.check_result.value : null));
    this.udp = computed<'works' | 'blocked' | null>(() => {
      if (this.#reached.value) return 'works';
      return transport.state.value === 'reconnecting' && transport.refusal.value === null ? 'blocked' : null;
    });
  }

  start(): void {
    if (this.running.peek()) return;
    const { session } = this.#options;
    session.check_result.value = null;
    session.check_ended.value = null;
    this.running.value = true;
    this.ended.value = null;
    this.down.value = null;
    this.#reached.value = false;
    this.#looks = 0;
    this.#joined = null;
    this.#up.start();
    this.#back.start();
    const id = setInterval(() => void this.#look(), kLook_ms);
    this.#stops = [
      () => clearInterval(id),
      effect(() => void (this.#reached.value ||= this.#up.transport.state.value === 'connected')),
      effect(() => this.#remember()),
      effect(() => this.#server_ended()),
      effect(() => this.#rejoined()),
    ];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#up.stop();
    this.#back.stop();
    this.running.value = false;
  }

  // Another microphone was chosen, or permission came back.
  restart(): void {
    this.stop();
    this.start();
  }

  #server_ended(): void {
    const code = this.#options.session.check_ended.value?.code;
    // A closed connection is made anew by its transport, and a restarted room takes us again.
    if (!code || code === 'closed') return;
    if (code === 'room_restarting') return this.#up.transport.renew();
    this.ended.value = code;
    queueMicrotask(() => this.stop());
  }

  // What a lost connection's page was told reaches nobody: the check begins anew with the new one.
  #joined: unknown = null;

  #rejoined(): void {
    const joined = this.#options.session.joined.value;
    if (this.#joined && joined !== this.#joined) {
      this.#up.transport.renew();
      this.#back.transport.renew();
    }
    this.#joined = joined;
  }

  #remember(): void {
    const verdict = verdictOf(this.#options.session.check_result.value?.readiness);
    if (verdict) rememberCheck(this.#options.shelf, { at: this.#options.now(), verdict });
  }

  async #look(): Promise<void> {
    const { transport } = this.#back;
    const stats = await transport.peer?.getStats();
    if (!stats || !this.running.peek()) return;
    const word = downWord(receivedOf((stats as unknown as ReadonlyMap<string, { type: string }>).values()));
    if (transport.state.peek() === 'connected') this.#looks += 1;
    this.down.value = word ?? (this.#looks >= kNoSound_looks ? 'poor' : null);
  }
}
