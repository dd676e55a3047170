import { expect, test } from 'vitest';

import { AgendaSteps, agendaText, currentItem, neighbour, parseAgenda } from './agenda.ts';
import { exampleState } from './example.ts';

test('lines are items, by their own number or by their place', () => {
  expect(parseAgenda('1. Opening\n\n 4a) Access for all \nAny other business')).toEqual([
    { item: '1', title: 'Opening' },
    { item: '4a', title: 'Access for all' },
    { item: '3', title: 'Any other business' },
  ]);
  expect(parseAgenda('5 الوصول\n6: 其他事项')).toEqual([
    { item: '5', title: 'الوصول' },
    { item: '6', title: '其他事项' },
  ]);
  expect(parseAgenda(' \n')).toEqual([]);
});

test('a time in brackets behind a title is the one that is planned, whatever the language', () => {
  const lines = "1 Opening (10 min)\n2 Приём новых членов (45 мин.)\n3 مناقشة (30 دقيقة)\n4 讨论（20 分钟）\n5 Break (15')\nClosing (5 MIN)";
  expect(parseAgenda(lines).map(({ title, minutes }) => [title, minutes])).toEqual([
    ['Opening', 10], ['Приём новых членов', 45], ['مناقشة', 30], ['讨论', 20], ['Break', 15], ['Closing', 5],
  ]);
});

test('other brackets belong to the title, and so does a time that nobody can mean', () => {
  const titles = ['Report (2024)', 'Report (2)', 'Debate (0 min)', 'Debate (1441 min)', '(10 min)'];
  expect(parseAgenda(titles.join('\n'))).toEqual(titles.map((title, index) => ({ item: String(index + 1), title })));
});

test('what is written is read back', () => {
  const items = [{ item: '3', title: 'Opening', minutes: 10 }, { item: '4', title: 'Connectivity' }, { item: '4a', title: '2030: the goals' }];
  expect(parseAgenda(agendaText(items))).toEqual(items);
});

test('from no item the next one is the first', () => {
  const items = [{ item: '1', title: 'Opening' }, { item: '2', title: 'Closing' }];
  expect(neighbour({ items }, 1)).toBe('1');
  expect(neighbour({ items }, -1)).toBeUndefined();
  expect(neighbour({ items, current: '1' }, 1)).toBe('2');
  expect(neighbour({ items, current: '2' }, 1)).toBeUndefined();
  expect(neighbour({ items, current: '2' }, -1)).toBe('1');
});

test('the current item is known by its number', () => {
  const items = [{ item: '1', title: 'Opening' }];
  expect(currentItem(exampleState({ agenda: { items, current: '1', since: 0 } }))?.title).toBe('Opening');
  expect(currentItem(exampleState())).toBeNull();
});

function steps() {
  const clock = { now: 10_000 };
  const items = ['1', '2', '3', '4'].map((item) => ({ item, title: item }));
  const made = new AgendaSteps(() => clock.now);
  return {
    see: (current: string | null) => made.see(current),
    plan: (current: string | null, step: -1 | 1) => made.plan({ items, current }, step),
    pass: (ms: number) => void (clock.now += ms),
  };
}

test('a step goes on from the item that is current', () => {
  const { see, plan } = steps();
  see(null);
  expect(plan(null, 1)).toEqual({ item: '1', from: null });
  expect(plan(null, -1)).toBeNull();
});

test('a second press right after the change does not skip an item, whoever changed it', () => {
  const { see, plan, pass } = steps();
  see('1');
  pass(60_000);
  see('2');
  expect(plan('2', 1)).toBeNull();
  pass(499);
  expect(plan('2', 1)).toBeNull();
  pass(1);
  expect(plan('2', 1)).toEqual({ item: '3', from: '2' });
});

test('a press that meant another item than the meeting has reached says from where it was', () => {
  const { see, plan } = steps();
  see('1');
  see('3'); // chosen by the other moderator
  expect(plan('3', 1)).toEqual({ item: '2', from: '1' });
});

test('a page that opens, and a change of titles, take no time to be read', () => {
  const { see, plan } = steps();
  see('2');
  see('2');
  expect(plan('2', 1)).toEqual({ item: '3', from: '2' });
});
