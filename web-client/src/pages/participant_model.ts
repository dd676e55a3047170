// What the participant's page does beyond showing: which media flow when, and how a person is called.
import { effect, signal, untracked } from '@preact/signals-core';

import { Actions, Presses } from '../core/actions.ts';
import { Following } from '../core/following.ts';
import { t } from '../core/i18n.ts';
import { Chime } from '../core/media/chime.ts';
import { Checker } from '../core/media/checker.ts';
import { Listening } from '../core/media/listening.ts';
import { onNetworkChange } from '../core/media/network.ts';
import { mediaOf, Speaking } from '../core/media/speaking.ts';
import type { Transport } from '../core/media/transport.ts';
import { bytesOf, Usage, UsageRate } from '../core/media/usage.ts';
import { Viewer } from '../core/media/viewer.ts';
import { deviceShelf, tabShelf } from '../core/memory.ts';
import { claimsOf, roomOf, tokenOf, whereOf } from '../core/token.ts';
import { openSession, timers } from '../parts/app.ts';

// Often enough to see it move, seldom enough to cost nothing.
const kCount_ms = 2_000;

export class ParticipantModel {
  readonly room = roomOf(location.pathname);
  readonly token = tokenOf(location.hash);
  // A link that says where its person is cannot be contradicted.
  readonly where_fixed = claimsOf(this.token).where !== undefined;
  readonly following = new Following(deviceShelf, this.room, tabShelf);
  readonly session = openSession({
    room: this.room,
    token: this.token,
    page: 'participant',
    resumes: true,
    where: () => (this.following.here.value ? 'room' : undefined),
  });
  readonly actions = new Actions((method, params) => this.session.call(method, params));
  readonly presses = new Presses(timers);
  readonly speaking = new Speaking({ session: this.session, room: this.room, timers, request: this.session.store.mine, here: this.following.here });
  readonly devices = this.speaking.devices;
  readonly own = this.speaking.own;
  readonly publisher = this.speaking.publisher;
  readonly listening = new Listening(deviceShelf, this.room);
  // What picture and sound have cost so far, in bytes, and cost at present, in kbit/s.
  readonly used = signal(0);
  readonly rate = signal(0);
  readonly viewer = new Viewer({
    ...mediaOf(this.session, timers),
    url: () => `/whep/${encodeURIComponent(this.room)}?language=${encodeURIComponent(this.#channel())}`,
    slots: () => this.following.slots(),
  });
  readonly checker = new Checker({
    session: this.session,
    room: this.room,
    stream: () => this.devices.stream.value,
    media: mediaOf(this.session, timers),
    shelf: deviceShelf,
    now: () => Date.now(),
  });
  readonly chime = new Chime({ connect: () => new AudioContext(), presses: window, timers });
  #stops: (() => void)[] = [];
  // Where the viewer's session was opened: it has other slots elsewhere.
  #viewed_here: boolean | null = null;

  constructor() {
    const told = whereOf(location.hash);
    if (told) this.following.setHere(told === 'room');
    // What the server says counts: a link may say where somebody is, and nobody moves while they speak.
    effect(() => {
      const where = this.session.joined.value?.state.you.where;
      if (where) this.following.setHere(where === 'room');
    });
  }

  enter(): void {
    if (this.#stops.length) return;
    this.#stops = [
      effect(() => void (this.devices.audio_only.value = this.following.low.value)),
      this.speaking.start(),
      effect(() => this.#view()),
      effect(() => this.#withhold()),
      effect(() => this.#call()),
      effect(() => this.#rejoined()),
      this.listening.play(this.viewer.audio),
    ];
    this.#stops.push(onNetworkChange(() => this.viewer.transport.hurry()));
    const count = setInterval(() => void this.#count(), kCount_ms);
    this.#stops.push(() => clearInterval(count));
    if (this.own.needs_devices.value && !this.following.here.value) void this.devices.open();
  }

  // Who has gone on before answering the browser's question has skipped it.
  async check(wanted: () => boolean): Promise<void> {
    if ((await this.devices.open()) && wanted()) this.checker.start();
  }

  leave(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.viewer.stop();
    this.chime.stop();
    this.session.stop();
    document.title = t('app.name');
  }

  // A language that this room does not have falls back to the floor.
  async choose(language: string): Promise<void> {
    const before = this.listening.language.value;
    if (language === before) return;
    this.listening.language.value = language;
    const chosen = await this.presses.run('language', () => this.actions.selectChannel(language));
    if (!chosen) this.listening.language.value = before;
    else {
      this.listening.remember();
      // A viewer opened before the last reconnect is not reached by this page's choices any more.
      if (!this.viewer.transport.isCurrent) this.viewer.transport.renew();
    }
  }

  // In the room: another interpretation by earphone, or none.
  async chooseEarphone(language: string | null): Promise<void> {
    const before = this.following.earphone.value;
    if (language === before) return;
    const listens = before !== null && language !== null && this.viewer.transport.isCurrent;
    this.following.setEarphone(language);
    // The first one is named when its session is opened.
    if (listens && !(await this.presses.run('language', () => this.actions.selectChannel(language)))) this.following.setEarphone(before);
    else if (language && before && !this.viewer.transport.isCurrent) this.viewer.transport.renew();
  }

  #channel(): string {
    return this.following.here.value ? (this.following.earphone.value ?? 'floor') : this.listening.language.value;
  }

  // Without pictures there are fewer slots: another session, a moment of silence. What the old one has cost is counted first.
  setLow(on: boolean): void {
    this.following.setLow(on);
    void this.#count().finally(() => this.viewer.transport.renew());
  }

  async setHere(on: boolean): Promise<void> {
    if (this.session.joined.value && !(await this.presses.run('where', () => this.actions.where(on ? 'room' : 'remote')))) return;
    this.following.setHere(on);
    if (on) this.devices.close();
  }

  readonly #usages = new Map<Transport, Usage>();
  readonly #rate = new UsageRate();
  #stills = 0; // bytes

  countStill(bytes: number): void {
    this.#stills += bytes;
  }

  async #count(): Promise<void> {
    for (const transport of [this.viewer.transport, this.publisher.transport]) {
      const usage = this.#usages.get(transport) ?? new Usage();
      this.#usages.set(transport, usage);
      const { peer } = transport;
      const stats = await peer?.getStats();
      if (peer && stats) usage.see(peer, bytesOf((stats as unknown as ReadonlyMap<string, { type: string }>).values()));
    }
    this.used.value = [...this.#usages.values()].reduce((sum, { bytes }) => sum + bytes, this.#stills);
    this.#rate.see(this.used.value, performance.now());
    this.rate.value = this.#rate.kbps;
  }

  #view(): void {
    const joined = this.session.joined.value;
    if (!joined) return;
    const here = this.following.here.value;
    const earphone = this.following.earphone.value;
    if (here !== this.#viewed_here) this.viewer.stop();
    this.#viewed_here = here;
    const silent_here = here && (earphone === null || !joined.state.languages.includes(earphone));
    if (silent_here || this.session.refusal.value) return this.viewer.stop();
    if (here) return this.viewer.start();
    if (!joined.state.languages.includes(this.listening.language.peek())) this.listening.language.value = 'floor';
    this.viewer.start();
  }

  // In the room the floor is heard from the room: not a second later by earphone, in place of a booth that is silent.
  #withhold(): void {
    const { here, earphone } = this.following;
    const silent = this.session.store.state.value?.room.silent_channels ?? [];
    this.listening.withheld.value = here.value && silent.includes(earphone.value ?? '');
  }

  #rejoined(): void {
    if (!this.session.joined.value) return;
    void this.viewer.transport.probe();
  }

  // Sound, title and vibration: somebody who is called may be looking elsewhere.
  #called: string | null = null;

  #call(): void {
    const phase = this.own.phase.value;
    const request = this.own.current.value?.request ?? null;
    const title = this.session.store.state.value?.meeting.title ?? t('app.name');
    document.title = phase === 'standby' ? t('own.title.next') : phase === 'live' ? t('own.title.live') : `${title} · ${t('app.name')}`;
    if (phase !== 'standby') untracked(() => this.chime.stop());
    if (phase !== 'standby' || request === this.#called) return;
    this.#called = request;
    // Before the first touch, as after a reload, browsers refuse it loudly. Older ones do not say whether there was one.
    const activation = navigator.userActivation as UserActivation | undefined;
    if ('vibrate' in navigator && activation?.hasBeenActive) navigator.vibrate([200, 100, 200]);
    untracked(() => this.chime.ring());
  }
}
