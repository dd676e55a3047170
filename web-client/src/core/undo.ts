// The last act, for as long as it can be taken back.
import type { FloorRequest, MeetingState, Role, Undo } from './protocol.ts';

// Whole seconds, rounded up: 5 at first, 1 in the last one, 0 when it is over.
export function undoSeconds(undo: Undo | null | undefined, now: number): number {
  return undo ? Math.max(0, Math.ceil((undo.until - now) / 1000)) : 0;
}

// The server refuses the chair what only a moderator does.
export function mayUndo(undo: Undo | null | undefined, role: Role): boolean {
  return role !== 'chair' || undo?.chair === true;
}

// Whom the act was about, where they are still on the page.
export function undoRequest({ undo, queue, floor, last }: MeetingState): FloorRequest | null {
  return [...floor, ...queue, last].find((request) => request && request.request === undo?.request) ?? null;
}

// The same over time: who was denied is not on the page any more, and the name is wanted most then.
export class UndoSubject {
  #before: MeetingState | null = null;
  #found: FloorRequest | null = null;

  see(state: MeetingState): FloorRequest | null {
    const { undo } = state;
    const kept = undo && this.#found?.request === undo.request ? this.#found : null;
    const earlier = this.#before && undoRequest({ ...this.#before, undo: undo ?? null });
    this.#found = undoRequest(state) ?? kept ?? earlier;
    this.#before = state;
    return this.#found;
  }
}
