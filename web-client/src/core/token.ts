import type { Where } from './protocol.ts';

// The join token of a page: carried in the fragment, never in a query, and left there so that reload and sharing work. The
// payload is read only to greet by name before the server answers; nothing is decided by it.

export interface TokenClaims {
  sub?: string;
  name?: string;
  title?: string;
  role?: string;
  organisation?: string;
  category?: string;
  where?: string;
  exp?: number;
}

export function tokenOf(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? undefined;
}

// `#where=room`: a link for those who are there, such as on a poster.
export function whereOf(fragment: string): Where | undefined {
  const where = new URLSearchParams(fragment.replace(/^#/, '')).get('where');
  return where === 'room' || where === 'remote' || where === 'phone' ? where : undefined;
}

export function claimsOf(token: string | undefined): TokenClaims {
  const payload = token?.split('.')[1];
  if (!payload) return {};
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? claims : {};
  } catch {
    return {};
  }
}

// /room/ROOM… → ROOM
export function roomOf(path: string): string {
  const part = /^\/room\/([^/]+)/.exec(path)?.[1];
  return part ? decodeURIComponent(part) : '';
}

// Tells apart what is remembered for different links on one device; not a secret and not a proof of anything.
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
