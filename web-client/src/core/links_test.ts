import { describe, expect, test } from 'vitest';

import { dateText, findLinks, LinksClient, linksOf, standingOf, type Link } from './links.ts';

interface Asked {
  url: string;
  init: RequestInit;
}

function serverThatAnswers(status: number, body: unknown): { asked: Asked[]; fetcher: typeof fetch } {
  const asked: Asked[] = [];
  const fetcher = ((url: string, init: RequestInit) => {
    asked.push({ url, init });
    return Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status }));
  }) as unknown as typeof fetch;
  return { asked, fetcher };
}

const row = { id: 'a', role: 'participant', name: 'Li', organisation: 'X', category: 'academia', made_at: 1, expires: 9, revoked: false, url: '/room/r#token=t' };
const wanted = { role: 'participant', name: 'Li', organisation: '', category: '', title: 'Minister', country: 'Ghana', rank: 2, expires: '8h' };

describe('an organiser’s links', () => {
  test('are asked for with the page’s token, and shown newest first', async () => {
    const { asked, fetcher } = serverThatAnswers(200, [row, { ...row, id: 'b' }]);
    const answer = await new LinksClient(fetcher, 'secret', 'https://x').list('room a');
    expect(asked[0]?.url).toBe('/api/v1/rooms/room%20a/links');
    expect(asked[0]?.init.headers).toEqual({ Authorization: 'Bearer secret' });
    expect('value' in answer && answer.value.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('are whole addresses of the site that the organiser uses', async () => {
    const { asked, fetcher } = serverThatAnswers(201, { id: 'a', url: '/room/r#token=t' });
    expect(await new LinksClient(fetcher, 't', 'https://plenary.example.org').make('r', wanted)).toEqual({
      value: { id: 'a', url: 'https://plenary.example.org/room/r#token=t' },
    });
    expect(asked[0]?.init.body).toBe(JSON.stringify(wanted));
  });

  test('are revoked by their id', async () => {
    const { asked, fetcher } = serverThatAnswers(204, null);
    expect(await new LinksClient(fetcher, 't', 'https://x').revoke('r', 'a/b')).toEqual({ value: null });
    expect(asked[0]).toMatchObject({ url: '/api/v1/rooms/r/links/a%2Fb', init: { method: 'DELETE' } });
  });

  test('come with the server’s word when refused', async () => {
    const { fetcher } = serverThatAnswers(503, { code: 'not_saved', detail: 'The disk fails.' });
    expect(await new LinksClient(fetcher, 't', 'https://x').make('r', wanted)).toEqual({ fault: { code: 'not_saved', message: 'The disk fails.' } });
  });

  test('say so when there is no server', async () => {
    const nobody = (() => Promise.reject(new Error('refused'))) as unknown as typeof fetch;
    expect(await new LinksClient(nobody, 't', 'https://x').list('r')).toEqual({ fault: { code: 'disconnected', message: '' } });
  });

  test('of an answer that is not understood are none', () => {
    expect(linksOf({ links: [] })).toEqual([]);
    expect(linksOf([null, 7, { name: 'no id' }])).toEqual([]);
  });

  test('stand as valid, expired or revoked', () => {
    const link = row as Link;
    expect(standingOf(link, 8)).toBe('valid');
    expect(standingOf(link, 9)).toBe('expired');
    expect(standingOf({ ...link, revoked: true }, 8)).toBe('revoked');
    expect(standingOf({ ...link, removed: true }, 8)).toBe('removed');
    expect(standingOf({ ...link, expires: null }, 8_000)).toBe('valid');
  });

  test('are found by any of their words, without accents', () => {
    const links = linksOf([{ ...row, name: 'Juan Pérez', organisation: 'Universidad' }, { ...row, id: 'b', name: 'منى', organisation: 'الهيئة' }]);
    expect(findLinks(links, 'perez univ').map(({ name }) => name)).toEqual(['Juan Pérez']);
    expect(findLinks(links, 'منى')).toHaveLength(1);
    expect(findLinks(links, ' ')).toHaveLength(2);
    expect(findLinks(links, 'perez olga')).toEqual([]);
  });

  test('have title, country and rank where somebody gave them', () => {
    expect(linksOf([{ ...row, title: 'Minister', country: 'Ghana', rank: 2 }])[0]).toMatchObject({ title: 'Minister', country: 'Ghana', rank: 2 });
    expect(linksOf([row])[0]).toMatchObject({ title: '', country: '', rank: 0 });
  });

  test('made elsewhere have no time of making, and perhaps no end', () => {
    expect(linksOf([{ ...row, made_at: null, expires: null, url: null }])[0]).toMatchObject({ made_at: null, expires: null, url: null });
  });

  test('end at a time in the reader’s words, with Latin digits', () => {
    expect(dateText(1_764_000_000_000, 'en', 'UTC')).toContain('2025');
    expect(dateText(1_764_000_000_000, 'ar', 'UTC')).toMatch(/24.*2025/);
  });
});
