// What the organiser's page does beyond showing: the links of every room that this organiser's link opens, kept fresh, and
// the acts on them.
import { computed, signal } from '@preact/signals-core';

import { Presses } from '../core/actions.ts';
import { t } from '../core/i18n.ts';
import { LinksClient, standingOf, type Link, type LinkFault, type NewLink } from '../core/links.ts';
import type { Pasted, PastedLine } from '../core/people.ts';
import type { RoomSummary } from '../core/protocol.ts';
import { fetchRooms } from '../core/rooms.ts';
import { RpcError } from '../core/rpc.ts';
import { tokenOf } from '../core/token.ts';
import { timers } from '../parts/app.ts';

const kEvery_ms = 15_000;
const kRetry_ms = 3_000;

export interface RoomLinks {
  room: RoomSummary;
  links: Link[];
}

export interface Shown {
  name: string;
  url: string;
  copied: boolean | null; // null: not tried
}

// One person's sheet of paper.
export interface Poster {
  room: string;
  link: Link;
  url: string;
}

export type Trouble = 'token' | 'failed' | null;

export class OrganiserModel {
  readonly #token = tokenOf(location.hash);
  readonly #client = new LinksClient(fetch.bind(window), this.#token, location.origin);
  readonly rooms = signal<RoomLinks[] | null>(null);
  readonly trouble = signal<Trouble>(null);
  readonly fault = signal<LinkFault | null>(null);
  readonly busy = signal(false);
  readonly progress = signal<{ done: number; count: number } | null>(null);
  readonly bad_lines = signal<string[]>([]);
  readonly shown = signal<Shown | null>(null);
  readonly posters = signal<Poster[]>([]);
  readonly said = signal('');
  readonly wanted = signal(''); // what is looked for in the lists
  readonly slipped = signal(false);
  readonly presses = new Presses(timers);
  // A refused revocation is told like every other fault.
  readonly shown_fault = computed<LinkFault | null>(() => {
    const refused = this.presses.refusal.value?.error;
    return refused ? { code: refused.word, message: refused.message } : this.fault.value;
  });

  async keepLoading(): Promise<void> {
    if (!document.hidden) await this.load();
    timers.after(this.trouble.value === 'failed' ? kRetry_ms : kEvery_ms, () => void this.keepLoading());
  }

  // Rooms that this link may not organise are left out.
  async load(): Promise<void> {
    const rooms = await fetchRooms(fetch.bind(window), this.#token);
    if (!rooms) {
      this.trouble.value = 'failed';
      return;
    }
    const answers = await Promise.all(rooms.map(async (room) => ({ room, answer: await this.#client.list(room.id) })));
    const mine = answers.flatMap(({ room, answer }) => ('value' in answer ? [{ room, links: answer.value }] : []));
    const lost = answers.some(({ answer }) => 'fault' in answer && answer.fault.code === 'disconnected');
    this.trouble.value = mine.length ? null : lost ? 'failed' : 'token';
    if (mine.length) this.rooms.value = mine;
  }

  async make(room: string, link: NewLink): Promise<boolean> {
    const made = await this.#one(room, link);
    if (made) {
      this.said.value = t('organiser.made', { name: link.name });
      this.shown.value = { name: link.name, url: made, copied: null };
      await this.load();
    }
    return made !== null;
  }

  async #one(room: string, link: NewLink): Promise<string | null> {
    this.busy.value = true;
    const answer = await this.#client.make(room, link);
    this.busy.value = false;
    this.presses.dismiss();
    this.fault.value = 'fault' in answer ? answer.fault : null;
    return 'fault' in answer ? null : answer.value.url;
  }

  // One after the other, and none when a line is not understood; what is left after a fault comes back, to be tried again.
  async makeMany(room: string, lines: readonly PastedLine[], like: Omit<NewLink, keyof Pasted>): Promise<string> {
    this.bad_lines.value = lines.filter(({ person }) => !person).map(({ text }) => text);
    const rest = (from: number): string => lines.slice(from).map(({ text }) => text).join('\n');
    if (this.bad_lines.value.length) return rest(0);
    let done = 0;
    for (const { person } of lines) {
      this.progress.value = { done, count: lines.length };
      if (!person || !(await this.#one(room, { ...person, ...like }))) break;
      done += 1;
    }
    this.progress.value = null;
    if (done) this.said.value = t('organiser.many.made', { count: done });
    await this.load();
    return rest(done);
  }

  async copy(name: string, url: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(url);
    } catch {
      // Without a secure connection there is no clipboard: the address is shown, to be taken by hand.
      this.shown.value = { name, url, copied: false };
      return false;
    }
    this.said.value = t('organiser.copied.this', { name });
    if (this.shown.value) this.shown.value = { name, url, copied: true };
    return true;
  }

  // As a press, which shows at its button what became of it.
  async revoke(room: string, { id, name }: Link): Promise<void> {
    this.slipped.value = false;
    this.fault.value = null;
    const answer = await this.#client.revoke(room, id);
    if ('fault' in answer) throw new RpcError(0, answer.fault.code, answer.fault.message);
    this.said.value = t('organiser.revoked.this', { name });
    await this.load();
  }

  // Those of a room that can still be opened by people who are there.
  postersOf({ room, links }: RoomLinks): Poster[] {
    return links.flatMap((link) => {
      const opens = link.in_room && link.url !== null && standingOf(link, Date.now()) === 'valid';
      return opens ? [{ room: room.title, link, url: this.whole(link.url ?? '') }] : [];
    });
  }

  whole(url: string): string {
    return this.#client.whole(url);
  }
}
