// Who has spoken how often and how long, as far as this page has seen it: the state has no totals. Points of order do not
// consume a category's time.
import { elapsed, type FloorRequest, type MeetingState } from './protocol.ts';

export interface Share {
  category: string; // empty: none was given
  count: number;
  spoken_ms: number;
}

export class Balance {
  readonly #speeches = new Map<string, FloorRequest>();

  see({ floor, last }: Pick<MeetingState, 'floor' | 'last'>, now: number): void {
    const seen = new Map([...(last ? [last] : []), ...floor].filter(counts).map((request) => [request.request, request]));
    // Who has left the floor without being the last one speaks no more.
    for (const [id, speech] of this.#speeches)
      if (!seen.has(id) && speech.running_since != null) this.#speeches.set(id, { ...speech, elapsed_ms: elapsed(speech, now), running_since: null });
    for (const [id, speech] of seen) this.#speeches.set(id, speech);
  }

  // The longest first.
  shares(now: number): Share[] {
    const all = new Map<string, Share>();
    for (const speech of this.#speeches.values()) {
      const category = speech.person.category ?? '';
      const before = all.get(category) ?? { category, count: 0, spoken_ms: 0 };
      all.set(category, { category, count: before.count + 1, spoken_ms: before.spoken_ms + elapsed(speech, now) });
    }
    return [...all.values()].sort((a, b) => b.spoken_ms - a.spoken_ms);
  }

  // What one person has spoken before the present request.
  before({ request, person }: FloorRequest, now: number): Omit<Share, 'category'> {
    const own = [...this.#speeches.values()].filter((speech) => speech.request !== request && speech.person.participant === person.participant);
    return { count: own.length, spoken_ms: own.reduce((sum, speech) => sum + elapsed(speech, now), 0) };
  }
}

function counts(request: FloorRequest): boolean {
  return request.kind !== 'point_of_order' && ((request.elapsed_ms ?? 0) > 0 || request.running_since != null);
}
