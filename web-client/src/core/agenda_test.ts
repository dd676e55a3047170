import { expect, test } from 'vitest';

import { agendaText, currentItem, neighbour, parseAgenda } from './agenda.ts';
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

test('what is written is read back', () => {
  const items = [{ item: '4', title: 'Connectivity' }, { item: '4a', title: '2030: the goals' }];
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
