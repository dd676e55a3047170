// What every page does first: the language, the colour scheme, the title, and a session where there is a room.
import { effect } from '@preact/signals-core';

import { direction, isLocale, kLocales, locale, pickLocale, useLocale, type Locale } from '../core/i18n.ts';
import type { Where } from '../core/protocol.ts';
import { deviceShelf, emptyShelf, ResumeMemory, tabShelf } from '../core/memory.ts';
import type { Socket, Timers } from '../core/rpc.ts';
import { Session } from '../core/session.ts';
import { shortHash } from '../core/token.ts';

const kLocaleKey = 'plenary.locale';
const kThemeKey = 'plenary.theme';

export type Theme = 'auto' | 'light' | 'dark';

export const timers: Timers = {
  after: (ms, run) => {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
  random: () => Math.random(),
};

// Renders nothing until the words are there, so that no page flashes in another language first.
export async function startPage(default_theme: Theme = 'auto'): Promise<void> {
  applyTheme(themeNow(default_theme));
  const wanted = new URLSearchParams(location.search).get('lang');
  await useLocale(pickLocale([wanted, deviceShelf.get(kLocaleKey), ...navigator.languages]));
  effect(() => {
    document.documentElement.lang = locale.value;
    document.documentElement.dir = direction(locale.value);
  });
}

export function chooseLocale(next: string): void {
  if (!isLocale(next)) return;
  deviceShelf.set(kLocaleKey, next);
  void useLocale(next);
}

export function locales(): readonly Locale[] {
  return kLocales;
}

export function themeNow(otherwise: Theme = 'auto'): Theme {
  const kept = deviceShelf.get(kThemeKey);
  return kept === 'light' || kept === 'dark' || kept === 'auto' ? kept : otherwise;
}

export function chooseTheme(theme: Theme): void {
  deviceShelf.set(kThemeKey, theme);
  applyTheme(theme);
}

function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export interface SessionPlace {
  room: string;
  token: string | undefined;
  page: string;
  // Pages that are no person (stage, return) join anew each time.
  resumes: boolean;
  where?: () => Where | undefined;
}

export function openSession({ room, token, page, resumes, where }: SessionPlace): Session {
  const key = `plenary.resume.${room}.${page}.${shortHash(token ?? '')}`;
  const shelf = emptyShelf();
  const session = new Session({
    open: () => webSocket(`/ws/${encodeURIComponent(room)}`),
    timers,
    now: () => Date.now(),
    token,
    ...(where && { where }),
    memory: resumes ? new ResumeMemory(key, token !== undefined, tabShelf, deviceShelf) : new ResumeMemory(key, false, shelf, shelf),
  });
  addEventListener('online', () => session.hurry());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) session.hurry();
  });
  session.start();
  return session;
}

function webSocket(path: string): Socket {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return new WebSocket(url, 'plenary.v1') as unknown as Socket;
}
