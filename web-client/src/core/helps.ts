// Calls for help, as this page is told of them: its own person's, and everybody's where it is for those who help.
import type { Help } from './protocol.ts';

// The call in its new state, at its place; a closed one stays, so that who asked sees the end of it.
export function withHelp(helps: readonly Help[], changed: Help): Help[] {
  const known = helps.some(({ help }) => help === changed.help);
  return known ? helps.map((one) => (one.help === changed.help ? changed : one)) : [...helps, changed];
}

export function ownHelp(helps: readonly Help[], participant: string | undefined): Help | null {
  return helps.findLast(({ person }) => person.participant === participant) ?? null;
}

export function openHelps(helps: readonly Help[]): Help[] {
  return helps.filter(({ state }) => state === 'open');
}

// Nobody has answered what was written last.
export function waits({ state, lines }: Help): boolean {
  return state === 'open' && lines.at(-1)?.staff === false;
}
