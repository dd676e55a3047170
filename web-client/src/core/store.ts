// The meeting as this page knows it: the server's state, folded from its notifications. The server is the only truth;
// nothing here is guessed ahead.
import { computed, signal } from '@preact/signals-core';

import { floorStates, isChair, type FloorRequest, type MeetingChanged, type MeetingState, type Readiness, type ReadinessTold } from './protocol.ts';

export type Folded = 'applied' | 'old' | 'gap';

export class MeetingStore {
  readonly state = signal<MeetingState | null>(null);

  readonly queue = computed<FloorRequest[]>(() => this.state.value?.queue ?? []);
  readonly floor = computed<FloorRequest[]>(() => this.state.value?.floor ?? []);
  readonly onAir = computed(() => this.floor.value.filter((request) => request.state === 'on_air'));

  // The open ordinary request of this page's person; the one nearest to the floor if there are several.
  readonly mine = computed<FloorRequest | null>(() => {
    const me = this.state.value?.you.participant;
    if (!me) return null;
    const own = (request: FloorRequest): boolean => request.person.participant === me && !isChair(request);
    return this.floor.value.find(own) ?? this.queue.value.find(own) ?? null;
  });

  // This person's speech as chair.
  readonly mineAsChair = computed<FloorRequest | null>(() => {
    const me = this.state.value?.you.participant;
    return this.floor.value.find((request) => isChair(request) && request.person.participant === me) ?? null;
  });

  // Somebody far away whose picture arrives beside the room's; oneself is not shown to oneself.
  readonly remoteSpeaker = computed<FloorRequest | null>(() => {
    const me = this.state.value?.you.participant;
    return (
      this.onAir.value.find(
        ({ kind, person }) => kind !== 'written' && (person.where ?? 'remote') === 'remote' && person.participant !== me,
      ) ?? null
    );
  });

  // By request, for as long as that is open.
  #readiness = new Map<string, Readiness>();

  replace(state: MeetingState): void {
    this.#set(state);
  }

  // Told beside the state, and kept beside each request.
  tellReadiness({ request, readiness }: ReadinessTold): void {
    if (readiness) this.#readiness.set(request, readiness);
    else this.#readiness.delete(request);
    if (this.state.value) this.#set(this.state.value);
  }

  // A new session is told all of it again.
  forgetReadiness(): void {
    this.#readiness.clear();
  }

  change({ seq, server_time, set }: MeetingChanged): Folded {
    const state = this.state.value;
    if (!state) return 'gap';
    if (seq <= state.seq) return 'old';
    if (seq !== state.seq + 1) return 'gap';
    this.#set({ ...state, ...set, seq, server_time });
    return 'applied';
  }

  #set(state: MeetingState): void {
    const known = this.#readiness;
    if (known.size) {
      const open = new Set([...state.queue, ...state.floor].map(({ request }) => request));
      for (const id of known.keys()) if (!open.has(id)) known.delete(id);
    }
    const beside = (request: FloorRequest): FloorRequest => {
      const readiness = known.get(request.request) ?? null;
      return (request.readiness ?? null) === readiness ? request : { ...request, readiness };
    };
    this.state.value = { ...state, queue: state.queue.map(beside), floor: state.floor.map(beside) };
  }
}

export function holdsFloor(request: FloorRequest | null): boolean {
  return request !== null && floorStates.includes(request.state);
}
