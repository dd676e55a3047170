// One page's session in a room's meeting: joins, folds what the server tells, joins again after each loss.
import { computed, signal, type ReadonlySignal } from '@preact/signals-core';

import { ServerClock } from './clock.ts';
import type { ResumeMemory } from './memory.ts';
import type { CheckEnded, CheckResult, Excluded, FloorRequest, Help, JoinResult, KnownCheck, MeetingChanged, MeetingState, Note, ReadinessTold, RoomStatus, Where } from './protocol.ts';
import { Rpc, RpcError, type Call, type RpcStatus, type Socket, type Timers } from './rpc.ts';
import { withHelp } from './helps.ts';
import { MeetingStore } from './store.ts';

export interface SessionOptions {
  open: () => Socket;
  timers: Timers;
  now: () => number;
  token: string | undefined;
  memory: ResumeMemory;
  // Where the page knows its person to be; else they are where they were.
  where?: () => Where | undefined;
}

export class Session {
  readonly store = new MeetingStore();
  readonly joined = signal<JoinResult | null>(null);
  readonly room_status = signal<RoomStatus | null>(null);
  readonly replaced = signal(false);
  // How somebody's request ended, where the server says so to its owner.
  readonly ended = signal<FloorRequest | null>(null);
  // Of the device check that this page makes.
  readonly check_result = signal<CheckResult | null>(null);
  readonly check_ended = signal<CheckEnded | null>(null);
  // The server cannot keep up, and leaves out the pictures that this page would get.
  readonly pictures_left_out = signal(false);
  // The server refused this link; there is no sense in trying again.
  readonly refusal = signal<RpcError | null>(null);
  readonly helps = signal<readonly Help[]>([]);
  // By participant.
  readonly checks = signal<ReadonlyMap<string, KnownCheck>>(new Map());
  // Moderators' private ones, by request.
  readonly notes = signal<ReadonlyMap<string, Note>>(new Map());
  readonly media_token = computed(() => this.joined.value?.media_token);

  readonly #options: SessionOptions;
  readonly #clock = new ServerClock();
  readonly #rpc: Rpc;
  #asking_state = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#rpc = new Rpc({
      open: options.open,
      timers: options.timers,
      greet: (call) => this.#join(call),
      final: (error) => error instanceof RpcError && error.code === -32001,
      notified: (method, params) => this.#notified(method, params),
    });
  }

  get status(): ReadonlySignal<RpcStatus> {
    return this.#rpc.status;
  }

  start(): void {
    this.#rpc.start();
  }

  hurry(): void {
    this.#rpc.hurry();
  }

  stop(): void {
    this.#rpc.stop();
  }

  call(method: string, params?: object): Promise<unknown> {
    return this.#rpc.call(method, params);
  }

  server_now(): number {
    return this.#clock.at(this.#options.now());
  }

  async #join(call: Call): Promise<void> {
    const { token, memory } = this.#options;
    const resume = memory.get();
    const where = this.#options.where?.();
    let result: JoinResult;
    try {
      result = (await call('meeting.join', { ...(token && { token }), ...(resume && { resume }), ...(where && { where }) })) as JoinResult;
    } catch (error) {
      if (error instanceof RpcError && error.code === -32001) {
        // A key of a session that is long over must not lock its owner out.
        if (resume) memory.forget();
        this.refusal.value = error;
      }
      throw error;
    }
    memory.set(result.resume);
    this.#clock.sample(result.state.server_time, this.#options.now());
    this.store.forgetReadiness();
    this.helps.value = []; // those that are open are told again
    this.notes.value = new Map(); // as are all notes and checks
    this.checks.value = new Map();
    this.store.replace({ ...result.state, seq: result.seq });
    this.joined.value = result;
    this.replaced.value = false;
    this.pictures_left_out.value = false; // else it is told again
  }

  #notified(method: string, params: unknown): void {
    if (method === 'meeting.changed') this.#changed(params as MeetingChanged);
    else if (method === 'meeting.state') this.#replace(params as MeetingState);
    else if (method === 'room.status') this.room_status.value = params as RoomStatus;
    else if (method === 'meeting.replaced') this.replaced.value = true;
    else if (method === 'floor.ended') this.ended.value = params as FloorRequest;
    else if (method === 'floor.readiness') this.store.tellReadiness(params as ReadinessTold);
    else if (method === 'check.result') this.check_result.value = params as CheckResult;
    else if (method === 'check.ended') this.check_ended.value = params as CheckEnded;
    else if (method === 'media.pictures') this.pictures_left_out.value = (params as { left_out: boolean }).left_out;
    else if (method === 'help.changed') this.helps.value = withHelp(this.helps.value, params as Help);
    else if (method === 'check.known') this.#checked(params as KnownCheck);
    else if (method === 'note.changed') this.#noted(params as Note);
    else if (method === 'meeting.excluded') this.#excluded(params as Excluded);
  }

  #checked(check: KnownCheck): void {
    this.checks.value = new Map(this.checks.value).set(check.participant, check);
  }

  #noted(note: Note): void {
    const notes = new Map(this.notes.value);
    if (note.text) notes.set(note.request, note);
    else notes.delete(note.request);
    this.notes.value = notes;
  }

  // The audience was narrowed, and this page is outside: as if it had been refused at the door.
  #excluded({ code, message }: Excluded): void {
    this.refusal.value = new RpcError(-32001, code, message);
    this.stop();
  }

  #changed(change: MeetingChanged): void {
    this.#clock.sample(change.server_time, this.#options.now());
    if (this.store.change(change) === 'gap') void this.#ask_state();
  }

  #replace(state: MeetingState): void {
    this.#clock.sample(state.server_time, this.#options.now());
    this.store.replace(state);
  }

  // One question at a time; changes that arrive meanwhile are contained in its answer or follow it.
  async #ask_state(): Promise<void> {
    if (this.#asking_state) return;
    this.#asking_state = true;
    try {
      this.#replace((await this.call('meeting.state')) as MeetingState);
    } catch {
      // The connection was lost; joining again brings the state.
    } finally {
      this.#asking_state = false;
    }
  }
}
