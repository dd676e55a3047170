// Who speaks and who comes next, where a page shows one of each.
import { isChair, type FloorRequest } from './protocol.ts';

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
