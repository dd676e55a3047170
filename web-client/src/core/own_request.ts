// This person's own wish to speak, from asking to the end, as one phase; remembers how it ended until a new one begins.
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';

import { elapsed, floorStates, type FloorRequest } from './protocol.ts';
import type { Session } from './session.ts';

export type OwnPhase = 'none' | 'pending' | 'queued' | 'standby' | 'granted' | 'live' | 'paused' | 'held' | 'read' | 'ended';

export interface Ended {
  outcome: string; // released, revoked, denied, lapsed, expired, withdrawn, or closed where nobody said
  reason: string | null;
  spoken_ms: number;
}

const phases: Partial<Record<FloorRequest['state'], OwnPhase>> = {
  pending: 'pending',
  queued: 'queued',
  standby: 'standby',
  granted: 'granted',
  on_air: 'live',
  paused: 'paused',
  held: 'held',
};

// Nobody is called to the green room for a text, and none speaks: "read" stands for all of it.
function phaseOf({ kind, state }: FloorRequest): OwnPhase {
  if (kind === 'written' && floorStates.includes(state)) return 'read';
  if (kind === 'written' && state === 'standby') return 'queued';
  return phases[state] ?? 'none';
}

// Camera and microphone flow from the call on; the server forwards them to nobody before the grant.
const publishing: readonly OwnPhase[] = ['standby', 'granted', 'live', 'paused', 'held'];

export class OwnRequest {
  readonly ended = signal<Ended | null>(null);
  readonly current: ReadonlySignal<FloorRequest | null>;
  readonly phase = computed<OwnPhase>(() => {
    const request = this.current.value;
    if (request) return phaseOf(request);
    return this.ended.value ? 'ended' : 'none';
  });
  readonly publishes = computed(() => publishing.includes(this.phase.value));
  // A text is read out by somebody else: their camera and microphone stay closed.
  readonly needs_devices = computed(() => this.current.value !== null && this.current.value.kind !== 'written');
  readonly ready = computed(() => this.current.value?.ready ?? false);

  readonly #session: Session;
  #before: FloorRequest | null = null;
  #withdrawn: string | null = null;
  #over: string | null = null;

  constructor(session: Session, request: ReadonlySignal<FloorRequest | null> = session.store.mine) {
    this.#session = session;
    this.current = request;
    effect(() => {
      const now = this.current.value;
      const told = session.ended.value;
      const last = session.store.state.value?.last ?? null;
      const before = this.#before;
      this.#before = now;
      if (now) this.ended.value = null;
      else if (before) {
        this.#over = before.request;
        this.ended.value = this.#how(before, told, last);
      } else if (told && this.#isLate(told)) this.ended.value = this.#how(told, told, last);
    });
  }

  // Told how it ended after it was seen to be gone: no guess is needed any more. A chair's speech is nobody's `last`.
  #isLate(told: FloorRequest): boolean {
    const ended = this.ended.peek();
    return ended?.outcome === 'closed' || (ended !== null && told.request === this.#over);
  }

  withdrawing(request: string): void {
    this.#withdrawn = request;
  }

  dismiss(): void {
    this.ended.value = null;
  }

  #how(before: FloorRequest, told: FloorRequest | null, last: FloorRequest | null): Ended {
    const final = [told, last].find((request) => request?.request === before.request);
    const known = final ?? before;
    const spoke = before.state === 'on_air' || before.state === 'paused' || before.state === 'held';
    const guess = this.#withdrawn === before.request ? 'withdrawn' : spoke ? 'released' : 'closed';
    return {
      outcome: final?.outcome ?? guess,
      reason: final?.outcome_reason ?? null,
      spoken_ms: elapsed(known, this.#session.server_now()),
    };
  }
}
