// Who speaks and who comes next, where a page shows one of each.
import { elapsed, isChair, type FloorRequest } from './protocol.ts';

// Whose turn it is: all but chairs.
export function holders(floor: readonly FloorRequest[]): FloorRequest[] {
  return floor.filter((request) => !isChair(request));
}

// Who speaks: not somebody paused by a point of order, while that goes on.
export function activeSpeaker(all: readonly FloorRequest[]): FloorRequest | null {
  const floor = holders(all);
  return floor.findLast(({ state }) => state !== 'paused') ?? floor.at(-1) ?? null;
}

// Who waits for approval is not next.
export function nextSpeaker(queue: readonly FloorRequest[]): FloorRequest | null {
  return queue.find(({ state }) => state !== 'pending') ?? null;
}

// Of a long list a page is sent the front and its own places: how many wait before each row and not before the one above
// it, and, last, behind all.
export function hiddenBefore(queue: readonly FloorRequest[], waiting: number): number[] {
  let above = 0;
  const hidden = queue.map(({ position }) => {
    const before = Math.max(0, (position ?? above + 1) - above - 1);
    above = position ?? above + 1;
    return before;
  });
  return [...hidden, Math.max(0, waiting - above)];
}

// Time to say a last sentence.
const kLastSentence_ms = 30_000;

// The meeting closes microphones, and this one's time is over or nearly: now it has to be said.
export function closesSoon(request: FloorRequest, now: number): boolean {
  const { closes_at, limit_s } = request;
  if (closes_at == null || now >= closes_at) return false;
  return closes_at - now <= kLastSentence_ms || elapsed(request, now) >= (limit_s ?? 0) * 1_000;
}
