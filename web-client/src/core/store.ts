// The meeting as this page knows it: the server's state, folded from its notifications. The server is the only truth;
// nothing here is guessed ahead.
import { computed, signal } from '@preact/signals-core';

import { floorStates, type FloorRequest, type MeetingChanged, type MeetingState } from './protocol.ts';

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
    const own = (request: FloorRequest): boolean => request.person.participant === me;
    return this.floor.value.find(own) ?? this.queue.value.find(own) ?? null;
  });

  // Somebody far away whose picture arrives beside the room's; oneself is not shown to oneself.
  readonly remoteSpeaker = computed<FloorRequest | null>(() => {
    const me = this.state.value?.you.participant;
    return (
      this.onAir.value.find(
        ({ person }) => (person.where ?? 'remote') === 'remote' && person.participant !== me,
      ) ?? null
    );
  });

  replace(state: MeetingState): void {
    this.state.value = state;
  }

  change({ seq, server_time, set }: MeetingChanged): Folded {
    const state = this.state.value;
    if (!state) return 'gap';
    if (seq <= state.seq) return 'old';
    if (seq !== state.seq + 1) return 'gap';
    this.state.value = { ...state, ...set, seq, server_time };
    return 'applied';
  }
}

export function holdsFloor(request: FloorRequest | null): boolean {
  return request !== null && floorStates.includes(request.state);
}
