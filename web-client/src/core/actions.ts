// Everything a person can do, as calls; and for each press its pending → done → gone, so that every button shows at once
// that it was pressed and what became of it.
import { signal } from '@preact/signals-core';

import type { AgendaStep } from './agenda.ts';
import type { AgendaItem, Audience, RequestKind, Where } from './protocol.ts';
import { RpcError, type Call, type Timers } from './rpc.ts';

export type PressState = 'pending' | 'done' | 'failed';

// Long enough to be seen, short enough not to stand in the way of the next press.
const kShown_ms = 900;

export interface Refusal {
  press: string;
  error: RpcError;
}

// The state of presses by name; a second press while the first is pending is dropped.
export class Presses {
  readonly states = signal<ReadonlyMap<string, PressState>>(new Map());
  readonly refusal = signal<Refusal | null>(null);
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  async run(press: string, act: () => Promise<unknown>): Promise<boolean> {
    if (this.states.value.get(press) === 'pending') return false;
    this.refusal.value = null;
    this.#set(press, 'pending');
    let ended: PressState = 'done';
    try {
      await act();
    } catch (error) {
      ended = 'failed';
      const known = error instanceof RpcError ? error : new RpcError(0, 'unknown', String(error));
      this.refusal.value = { press, error: known };
    }
    this.#set(press, ended);
    this.#timers.after(kShown_ms, () => {
      if (this.states.value.get(press) === ended) this.#set(press, null);
    });
    return ended === 'done';
  }

  dismiss(): void {
    this.refusal.value = null;
  }

  #set(press: string, state: PressState | null): void {
    const next = new Map(this.states.value);
    if (state) next.set(press, state);
    else next.delete(press);
    this.states.value = next;
  }
}

export interface NewRequest {
  kind: RequestKind;
  topic: string;
  language: string;
  // Who will speak, where that is somebody else.
  beneficiary?: string;
  beneficiary_title?: string;
  // Of a written one.
  text?: string;
}

export interface NewSpeaker {
  name: string;
  organisation: string;
  category: string;
  where: Where;
  kind: RequestKind;
  // Of a written one; without it is on paper.
  text?: string;
  title?: string;
  country?: string;
  rank?: number;
}

export class Actions {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  // The key makes it one request however often it is sent; after a lost connection it is sent once more.
  async requestFloor(wish: NewRequest, key: string): Promise<unknown> {
    const params = { key, ...wish };
    try {
      return await this.#call('floor.request', params);
    } catch (error) {
      if (error instanceof RpcError && error.code === 0) return this.#call('floor.request', params);
      throw error;
    }
  }

  // As who leads the meeting. Sent once more after a lost connection, like a request: one key is one speech.
  async speak(key: string, override = false): Promise<unknown> {
    const params = { key, ...(override && { override }) };
    try {
      return await this.#call('floor.speak', params);
    } catch (error) {
      if (error instanceof RpcError && error.code === 0) return this.#call('floor.speak', params);
      throw error;
    }
  }

  withdraw = (request: string) => this.#call('floor.withdraw', { request });
  ready = (request: string) => this.#call('floor.ready', { request });
  release = (request?: string) => this.#call('floor.release', request ? { request } : {});
  where = (where: Where) => this.#call('person.where', { where });
  selectChannel = (language: string) => this.#call('channel.select', { language });

  approve = (request: string) => this.#call('floor.approve', { request });
  deny = (request: string) => this.#call('floor.deny', { request });
  pass = (request: string) => this.#call('floor.pass', { request });
  prepare = (request: string) => this.#call('floor.prepare', { request });
  grant = (request: string | undefined, override = false) =>
    this.#call('floor.grant', { ...(request && { request }), ...(override && { override }) });
  move = (request: string, before: string | null) => this.#call('floor.move', { request, before });
  note = (request: string, text: string) => this.#call('floor.note', { request, text });
  reader = (request: string, reader: string) => this.#call('floor.reader', { request, reader });
  pause = (request: string) => this.#call('floor.pause', { request });
  resume = (request: string) => this.#call('floor.resume', { request });
  mute = (request: string) => this.#call('floor.mute', { request });
  unmute = (request: string) => this.#call('floor.unmute', { request });
  extend = (request: string, seconds: number) => this.#call('floor.extend', { request, seconds });
  revoke = (request: string, reason = '') => this.#call('floor.revoke', { request, ...(reason && { reason }) });
  add = (speaker: NewSpeaker) => this.#call('floor.add', speaker);
  openList = () => this.#call('list.open');
  closeList = () => this.#call('list.close');
  order = (order: string) => this.#call('list.order', { order });
  undo = () => this.#call('floor.undo');
  openMeeting = () => this.#call('meeting.open');
  rehearse = () => this.#call('meeting.open', { rehearsal: true });
  suspendMeeting = () => this.#call('meeting.suspend');
  resumeMeeting = () => this.#call('meeting.resume');
  closeMeeting = () => this.#call('meeting.close');
  audience = (audience: Audience) => this.#call('meeting.audience', { audience });
  remove = (participant: string) => this.#call('people.remove', { participant });
  takeOver = () => this.#call('meeting.take_over');
  selectItem = (item: string) => this.#call('agenda.select', { item });
  stepItem = ({ item, from }: AgendaStep) => this.#call('agenda.select', { item, from });
  setAgenda = (items: readonly AgendaItem[]) => this.#call('agenda.set', { items });
  askHelp = (text: string) => this.#call('help.ask', { text });
  answerHelp = (help: string, text: string) => this.#call('help.answer', { help, text });
  closeHelp = (help: string) => this.#call('help.close', { help });
  returnSound = (started: boolean) => this.#call('return.sound', { started });
}

// Random enough to be one of a kind; crypto.randomUUID is missing outside secure contexts.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
