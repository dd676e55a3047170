// The agenda as people write and read it: "4 Connectivity".
import type { AgendaItem, MeetingState } from './protocol.ts';

// Items one a line. A number in front is the item's own, else it is the line's.
export function parseAgenda(text: string): AgendaItem[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line)
    .map((line, index) => {
      const numbered = /^(\d[!-~]{0,14}?)[.):]?\s+(\S.*)$/u.exec(line);
      return numbered ? { item: numbered[1] ?? '', title: numbered[2] ?? '' } : { item: String(index + 1), title: line };
    });
}

export function agendaText(items: readonly AgendaItem[]): string {
  return items.map(({ item, title }) => `${item} ${title}`).join('\n');
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
