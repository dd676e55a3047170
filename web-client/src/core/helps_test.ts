import { expect, test } from 'vitest';

import { exampleHelp } from './example.ts';
import { openHelps, ownHelp, waits, withHelp } from './helps.ts';

const answer = { by: 'Tom', staff: true, at: 2_000, text: 'Coming' };

test('a call keeps its place while it changes', () => {
  const first = exampleHelp({ help: 'h-1' });
  const second = exampleHelp({ help: 'h-2' });
  const both = withHelp(withHelp([], first), second);
  const answered = exampleHelp({ help: 'h-1', lines: [...first.lines, answer] });
  expect(withHelp(both, answered)).toEqual([answered, second]);
});

test('it waits until somebody who helps has written last', () => {
  const asked = exampleHelp();
  expect(waits(asked)).toBe(true);
  expect(waits({ ...asked, lines: [...asked.lines, answer] })).toBe(false);
  expect(waits({ ...asked, state: 'closed' })).toBe(false);
});

test('who asked sees their last call, also once it is closed; those who help see the open ones', () => {
  const old = exampleHelp({ help: 'h-1', state: 'closed' });
  const other = exampleHelp({ help: 'h-2', person: { participant: 'p-2', name: 'Amina' } });
  expect(ownHelp([old, other], 'p-1')).toBe(old);
  expect(ownHelp([other], 'p-1')).toBeNull();
  expect(openHelps([old, other])).toEqual([other]);
});
