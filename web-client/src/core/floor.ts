// Who speaks and who comes next, where a page shows one of each.
import type { FloorRequest } from './protocol.ts';

// Who speaks: not somebody paused by a point of order, while that goes on.
export function activeSpeaker(floor: readonly FloorRequest[]): FloorRequest | null {
  return floor.findLast(({ state }) => state !== 'paused') ?? floor.at(-1) ?? null;
}

// Who waits for approval is not next.
export function nextSpeaker(queue: readonly FloorRequest[]): FloorRequest | null {
  return queue.find(({ state }) => state !== 'pending') ?? null;
}
