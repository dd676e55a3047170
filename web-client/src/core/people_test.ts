import { describe, expect, test } from 'vitest';

import { kMaxPasted, pastedPeople } from './people.ts';

const categories = new Map([['government', 'government'], ['gouvernement', 'government'], ['academia', 'academia']]);
const people = (text: string) => pastedPeople(text, categories).map(({ person }) => person);

const nothing_more = { title: '', country: '', rank: 0 };

describe('pasted people', () => {
  test('are a line each, between commas, semicolons or tabs', () => {
    const amina = { name: 'Amina Diallo', organisation: 'Ministry', category: 'government', ...nothing_more };
    expect(people('Amina Diallo, Ministry, government')).toEqual([amina]);
    expect(people('Amina Diallo;Ministry;Gouvernement\r\nAmina Diallo\tMinistry\tGOVERNMENT\n')).toEqual([amina, amina]);
  });

  test('need a name and nothing more', () => {
    expect(people('Li Wei\n\n  \nOlga Petrova, Open Net')).toEqual([
      { name: 'Li Wei', organisation: '', category: '', ...nothing_more },
      { name: 'Olga Petrova', organisation: 'Open Net', category: '', ...nothing_more },
    ]);
  });

  test('may have a title, a country and a rank, too', () => {
    expect(people('Abena Owusu, Ministry, government, Minister, Ghana, 2\nLi\t\t\t\tChina\nMona;;;;;3')).toEqual([
      { name: 'Abena Owusu', organisation: 'Ministry', category: 'government', title: 'Minister', country: 'Ghana', rank: 2 },
      { name: 'Li', organisation: '', category: '', title: '', country: 'China', rank: 0 },
      { name: 'Mona', organisation: '', category: '', title: '', country: '', rank: 3 },
    ]);
  });

  test('may have separators and quotes in quotes', () => {
    expect(people('"Diallo, Amina","Ministry of ""Posts""",academia')).toEqual([{ name: 'Diallo, Amina', organisation: 'Ministry of "Posts"', category: 'academia', ...nothing_more }]);
    expect(people('Amina "Q" Diallo,X')).toEqual([{ name: 'Amina "Q" Diallo', organisation: 'X', category: '', ...nothing_more }]);
  });

  test('without a name, or with an unknown category or no rank where one belongs, are told apart, with their line', () => {
    expect(pastedPeople(', Ministry\nLi, X, nobility\nLi,,,,,first', categories)).toEqual([
      { text: ', Ministry', person: null },
      { text: 'Li, X, nobility', person: null },
      { text: 'Li,,,,,first', person: null },
    ]);
  });

  test('are not endlessly many', () => {
    expect(people('Li\n'.repeat(kMaxPasted + 7))).toHaveLength(kMaxPasted);
  });
});
