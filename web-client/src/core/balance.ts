// Who has spoken how often and how long: the server's totals of what is over, and what is being said now. Points of order
// do not consume a category's time, nor does the chair; a rehearsal counts for nothing.
import { elapsed, isChair, type FloorRequest, type MeetingState } from './protocol.ts';

export interface Share {
  category: string; // empty: none was given
  spoken_count: number;
  spoken_ms: number;
}

// The longest first.
export function shares({ totals, floor, meeting }: Pick<MeetingState, 'totals' | 'floor' | 'meeting'>, now: number): Share[] {
  const all = new Map<string, Share>((totals?.categories ?? []).map((share) => [share.category, { ...share }]));
  for (const speech of meeting.state === 'rehearsal' ? [] : floor.filter(counts)) {
    const category = speech.person.category ?? '';
    const before = all.get(category) ?? { category, spoken_count: 0, spoken_ms: 0 };
    all.set(category, { category, spoken_count: before.spoken_count + 1, spoken_ms: before.spoken_ms + elapsed(speech, now) });
  }
  return [...all.values()].sort((a, b) => b.spoken_ms - a.spoken_ms);
}

function counts(request: FloorRequest): boolean {
  return request.kind !== 'point_of_order' && !isChair(request) && ((request.elapsed_ms ?? 0) > 0 || request.running_since != null);
}
