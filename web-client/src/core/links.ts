// An organiser's links (REST of signaling/README.md). What the server says is read with care; times are milliseconds.
import { isFound } from './find.ts';

export interface Link {
  id: string;
  role: string;
  name: string;
  organisation: string;
  category: string;
  title: string;
  country: string;
  rank: number; // in protocol; 0: none
  in_room: boolean; // for somebody who is in the room itself
  everywhere: boolean; // opens all rooms
  made_at: number | null; // null: made elsewhere, and used here
  expires: number | null;
  revoked: boolean;
  removed: boolean; // by a moderator, with the person
  own: boolean; // of who asks
  url: string | null; // path and fragment; null when it opens nothing, or was made elsewhere
}

export interface NewLink {
  role: string;
  name: string;
  organisation: string;
  category: string;
  title: string;
  country: string;
  rank: number; // 0: none
  expires: string; // "8h"
  where?: 'room';
}

export interface LinkFault {
  code: string; // the server's word, or "disconnected"
  message: string;
}

export type Answer<T> = { value: T } | { fault: LinkFault };

export const linkRoles = ['participant', 'chair', 'moderator', 'technician', 'interpreter', 'captioner', 'observer', 'organiser'] as const;
export const linkTimes = ['8h', '1d', '7d', '30d', '90d'] as const;

export type LinkStanding = 'valid' | 'expired' | 'revoked' | 'removed';

export function standingOf({ revoked, removed, expires }: Link, now: number): LinkStanding {
  if (revoked) return 'revoked';
  if (removed) return 'removed';
  return expires !== null && now >= expires ? 'expired' : 'valid';
}

// Whose name or organisation has the words in it, whatever their case and accents.
export function findLinks(links: readonly Link[], words: string): Link[] {
  return links.filter(({ name, organisation }) => isFound(words, [name, organisation]));
}

export class LinksClient {
  readonly #fetch: typeof fetch;
  readonly #token: string | undefined;
  readonly #origin: string;

  constructor(fetcher: typeof fetch, token: string | undefined, origin: string) {
    this.#fetch = fetcher;
    this.#token = token;
    this.#origin = origin;
  }

  async list(room: string): Promise<Answer<Link[]>> {
    const answer = await this.#ask('GET', room);
    return 'fault' in answer ? answer : { value: linksOf(answer.value) };
  }

  // The whole address of the new link, to be copied or shown.
  async make(room: string, link: NewLink): Promise<Answer<{ id: string; url: string }>> {
    const answer = await this.#ask('POST', room, '', link);
    if ('fault' in answer) return answer;
    const made = answer.value as { id?: unknown; url?: unknown } | null;
    if (typeof made?.id !== 'string' || typeof made.url !== 'string') return { fault: { code: 'unreadable', message: '' } };
    return { value: { id: made.id, url: this.whole(made.url) } };
  }

  async revoke(room: string, id: string): Promise<Answer<null>> {
    const answer = await this.#ask('DELETE', room, `/${encodeURIComponent(id)}`);
    return 'fault' in answer ? answer : { value: null };
  }

  // The server does not know by which name it is reached; this page does.
  whole(url: string): string {
    return new URL(url, this.#origin).href;
  }

  async #ask(method: string, room: string, rest = '', body?: NewLink): Promise<Answer<unknown>> {
    try {
      const response = await this.#fetch(`/api/v1/rooms/${encodeURIComponent(room)}/links${rest}`, {
        method,
        cache: 'no-store',
        headers: this.#token ? { Authorization: `Bearer ${this.#token}` } : {},
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      const json: unknown = text ? JSON.parse(text) : null;
      if (response.ok) return { value: json };
      const { code, detail } = json as { code?: string; detail?: string };
      return { fault: { code: code ?? String(response.status), message: detail ?? '' } };
    } catch {
      return { fault: { code: 'disconnected', message: '' } };
    }
  }
}

// Newest first, as the one just made is what is looked for.
export function linksOf(answer: unknown): Link[] {
  if (!Array.isArray(answer)) return [];
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const time = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return answer
    .filter((row): row is Record<string, unknown> => typeof (row as { id?: unknown } | null)?.id === 'string')
    .map((row) => ({
      id: text(row.id),
      role: text(row.role),
      name: text(row.name),
      organisation: text(row.organisation),
      category: text(row.category),
      title: text(row.title),
      country: text(row.country),
      rank: typeof row.rank === 'number' ? row.rank : 0,
      in_room: row.in_room === true,
      everywhere: row.everywhere === true,
      made_at: time(row.made_at),
      expires: time(row.expires),
      revoked: row.revoked === true,
      removed: row.removed === true,
      own: row.own === true,
      url: typeof row.url === 'string' ? row.url : null,
    }))
    .reverse();
}

// A day and an hour, as the reader's language writes them, with Latin digits as everywhere here.
export function dateText(ms: number, language: string, zone?: string): string {
  const tag = language === 'ar' ? 'ar-u-nu-latn' : language;
  return new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', ...(zone ? { timeZone: zone } : {}) }).format(ms);
}
