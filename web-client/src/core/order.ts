// The order in which rows are shown: the server's, except that the row under somebody's pointer or focus stays where it
// is: no click may hit another person.

export interface Held {
  id: string;
  index: number;
}

export function shownOrder(ids: readonly string[], held: Held | null): string[] {
  if (!held || !ids.includes(held.id)) return [...ids];
  const others = ids.filter((id) => id !== held.id);
  others.splice(Math.min(held.index, others.length), 0, held.id);
  return others;
}

// `before` for floor.move when a row goes one place up or down; undefined: it is at the end already.
export function moveTarget(ids: readonly string[], id: string, step: -1 | 1): string | null | undefined {
  const index = ids.indexOf(id);
  if (index < 0) return undefined;
  if (step === -1) return index === 0 ? undefined : ids[index - 1];
  return index === ids.length - 1 ? undefined : (ids[index + 2] ?? null);
}

// `before` for floor.move so that a row gets the place `position`, from 1; beyond the end it is the last. undefined: it
// has that place already.
export function placeTarget(ids: readonly string[], id: string, position: number): string | null | undefined {
  const index = ids.indexOf(id);
  const wanted = Math.min(Math.max(1, Math.round(position)), ids.length) - 1;
  if (index < 0 || index === wanted) return undefined;
  return ids.filter((other) => other !== id)[wanted] ?? null;
}

export interface Laid {
  id: string;
  middle: number; // of its height on the screen
}

// `before` for floor.move of a row that is dropped at a height of the screen: the others' middles divide the places. undefined:
// it lies there already, or not at all.
export function dropTarget(rows: readonly Laid[], id: string, y: number): string | null | undefined {
  const index = rows.findIndex((row) => row.id === id);
  const others = rows.filter((row) => row.id !== id);
  const below = others.findIndex(({ middle }) => y < middle);
  const place = below < 0 ? others.length : below;
  return index < 0 || index === place ? undefined : (others[place]?.id ?? null);
}
