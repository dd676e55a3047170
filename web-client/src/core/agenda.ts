// The agenda as people write and read it: "4 Connectivity (30 min)".
import type { Agenda, AgendaItem, MeetingState } from './protocol.ts';

// The planned time behind a title, in each language's short word for minutes, or with a prime.
const kPlanned = /\s*[(（]\s*(\d{1,4})\s*(?:min|mins|minutes|minutos|мин|минут|د|دقيقة|دقائق|分|分钟|['’′])\.?\s*[)）]$/iu;
const kMostMinutes = 1_440; // the server takes no more

function planned(title: string): { title: string; minutes?: number } {
  const found = kPlanned.exec(title);
  const minutes = Number(found?.[1]);
  const rest = found ? title.slice(0, found.index) : '';
  return rest && minutes > 0 && minutes <= kMostMinutes ? { title: rest, minutes } : { title };
}

// Items one a line. A number in front is the item's own, else it is the line's.
export function parseAgenda(text: string): AgendaItem[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line)
    .map((line, index) => {
      const numbered = /^(\d[!-~]{0,14}?)[.):]?\s+(\S.*)$/u.exec(line);
      return numbered ? { item: numbered[1] ?? '', ...planned(numbered[2] ?? '') } : { item: String(index + 1), ...planned(line) };
    });
}

export function agendaText(items: readonly AgendaItem[]): string {
  return items.map(({ item, title, minutes }) => `${item} ${title}${minutes ? ` (${minutes} min)` : ''}`).join('\n');
}

export function currentItem(state: MeetingState | null): AgendaItem | null {
  const agenda = state?.agenda;
  return agenda?.items.find(({ item }) => item === agenda.current) ?? null;
}

// The item after or before the current one; undefined: there is none.
export function neighbour({ items, current }: { items: readonly AgendaItem[]; current?: string | null }, step: -1 | 1): string | undefined {
  const index = items.findIndex(({ item }) => item === current);
  if (index < 0) return step === 1 ? items[0]?.item : undefined;
  return items[index + step]?.item;
}

// Nobody has read sooner that the item has changed.
const kRead_ms = 500;

export interface AgendaStep {
  item: string;
  from: string | null;
}

// "Next" and "previous" as they were meant. Who presses before they can have read that the item has changed, because another
// moderator pressed at the same moment or their own finger did so twice, meant what stood there before: nothing is skipped.
export class AgendaSteps {
  readonly #now: () => number;
  #current: string | null | undefined;
  #before: string | null = null;
  #read_at = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  see(current: string | null): void {
    if (current === this.#current) return;
    if (this.#current !== undefined) {
      this.#before = this.#current;
      this.#read_at = this.#now() + kRead_ms;
    }
    this.#current = current;
  }

  // What to select, and from where; null: there is no such item, or it is current already.
  plan(agenda: Agenda, step: -1 | 1): AgendaStep | null {
    const current = agenda.current ?? null;
    const from = this.#now() < this.#read_at ? this.#before : current;
    const item = neighbour({ items: agenda.items, current: from }, step);
    return item === undefined || item === current ? null : { item, from };
  }
}
