// Being heard from far away: a person's own speech, their camera and microphone, and when these are sent. The same for who
// asks for the floor and for the chair, who does not.
import { effect, untracked, type ReadonlySignal } from '@preact/signals-core';

import { tabShelf } from '../memory.ts';
import { OwnRequest } from '../own_request.ts';
import type { FloorRequest } from '../protocol.ts';
import type { Timers } from '../rpc.ts';
import type { Session } from '../session.ts';
import { Devices } from './devices.ts';
import { onNetworkChange } from './network.ts';
import { OpenDevicesMemory } from './open_devices.ts';
import { Publisher } from './publisher.ts';

// What each transport of a page needs.
export function mediaOf(session: Session, timers: Timers) {
  return {
    token: () => session.media_token.value,
    connect: () => new RTCPeerConnection({ iceServers: session.joined.value?.ice_servers ?? [], bundlePolicy: 'max-bundle' as const }),
    fetch: fetch.bind(window),
    timers,
  };
}

export interface SpeakingOptions {
  session: Session;
  room: string;
  timers: Timers;
  // The request that this page speaks by.
  request: ReadonlySignal<FloorRequest | null>;
  // At a microphone of the room: nothing is sent.
  here: ReadonlySignal<boolean>;
}

export class Speaking {
  readonly devices = new Devices();
  readonly own: OwnRequest;
  readonly publisher: Publisher;
  readonly #session: Session;
  readonly #here: ReadonlySignal<boolean>;
  readonly #opened: OpenDevicesMemory;

  constructor({ session, room, timers, request, here }: SpeakingOptions) {
    this.#session = session;
    this.#here = here;
    this.own = new OwnRequest(session, request);
    this.publisher = new Publisher({
      ...mediaOf(session, timers),
      url: () => `/whip/${encodeURIComponent(room)}/floor`,
      stream: () => this.devices.stream.value,
    });
    this.#opened = new OpenDevicesMemory(tabShelf, room, wasReloaded());
  }

  // Until what it gives back is called.
  start(): () => void {
    const moved = onNetworkChange(() => this.publisher.transport.hurry());
    const stops = [effect(() => this.#reopen()), effect(() => this.#remember()), effect(() => this.#publish()), effect(() => this.#rejoined()), moved];
    return () => {
      for (const stop of stops) stop();
      this.publisher.stop();
      this.devices.close();
      this.#opened.forget();
    };
  }

  // After a reload: on air again, or ready to be, without a click.
  #reopen(): void {
    if (!this.#session.joined.value) return;
    const request = this.own.current.value?.request;
    const before = this.#opened.take(request);
    const wanted = (): boolean => this.own.current.peek()?.request === request && !this.#here.peek();
    if (before && wanted()) untracked(() => void this.devices.reopen(before, wanted));
  }

  #remember(): void {
    const request = this.own.current.value?.request;
    const opened = this.devices.opened.value;
    if (request && opened) this.#opened.keep(request, opened);
    else if (this.#session.joined.value && !this.devices.asking.value) this.#opened.forget();
  }

  #publish(): void {
    const shut_out = this.#session.refusal.value !== null;
    const wanted = this.own.publishes.value && !shut_out && !this.#here.value && this.devices.stream.value !== null && !this.#session.replaced.value;
    if (wanted && this.#session.media_token.value) this.publisher.start();
    else this.publisher.stop();
    if (this.own.phase.value === 'ended' || shut_out) this.devices.close();
  }

  #rejoined(): void {
    if (this.#session.joined.value) void this.publisher.transport.probe();
  }
}

function wasReloaded(): boolean {
  return performance.getEntriesByType('navigation').some((entry) => (entry as PerformanceNavigationTiming).type === 'reload');
}
