// The last act, for as long as it can be taken back.
import type { FloorRequest, MeetingState, Undo } from './protocol.ts';

// Whole seconds, rounded up: 5 at first, 1 in the last one, 0 when it is over.
export function undoSeconds(undo: Undo | null | undefined, now: number): number {
  return undo ? Math.max(0, Math.ceil((undo.until - now) / 1000)) : 0;
}

// Whom the act was about, where they are still on the page.
export function undoRequest({ undo, queue, floor, last }: MeetingState): FloorRequest | null {
  return [...floor, ...queue, last].find((request) => request && request.request === undo?.request) ?? null;
}
