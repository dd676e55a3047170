// The list of rooms (GET /api/v1/rooms), read with care: a page shows what it understands.
import type { RoomSummary } from './protocol.ts';

export async function fetchRooms(fetcher: typeof fetch, token?: string): Promise<RoomSummary[] | null> {
  try {
    const response = await fetcher('/api/v1/rooms', { headers: token ? { Authorization: `Bearer ${token}` } : {}, cache: 'no-store' });
    return response.ok ? roomsOf(await response.json()) : null;
  } catch {
    return null;
  }
}

export function roomsOf(answer: unknown): RoomSummary[] {
  const list: unknown = Array.isArray(answer) ? answer : (answer as { rooms?: unknown } | null)?.rooms;
  if (!Array.isArray(list)) return [];
  return list.filter((room): room is RoomSummary => typeof (room as RoomSummary | null)?.id === 'string').map((room) => ({ ...room, title: room.title || room.id }));
}
