import { describe, expect, test } from 'vitest';

import { kMaxPasted, pastedPeople } from './people.ts';

const categories = new Map([['government', 'government'], ['gouvernement', 'government'], ['academia', 'academia']]);
const people = (text: string) => pastedPeople(text, categories).map(({ person }) => person);

describe('pasted people', () => {
  test('are a line each, between commas, semicolons or tabs', () => {
    const amina = { name: 'Amina Diallo', organisation: 'Ministry', category: 'government' };
    expect(people('Amina Diallo, Ministry, government')).toEqual([amina]);
    expect(people('Amina Diallo;Ministry;Gouvernement\r\nAmina Diallo\tMinistry\tGOVERNMENT\n')).toEqual([amina, amina]);
  });

  test('need a name and nothing more', () => {
    expect(people('Li Wei\n\n  \nOlga Petrova, Open Net')).toEqual([
      { name: 'Li Wei', organisation: '', category: '' },
      { name: 'Olga Petrova', organisation: 'Open Net', category: '' },
    ]);
  });

  test('may have separators and quotes in quotes', () => {
    expect(people('"Diallo, Amina","Ministry of ""Posts""",academia')).toEqual([{ name: 'Diallo, Amina', organisation: 'Ministry of "Posts"', category: 'academia' }]);
    expect(people('Amina "Q" Diallo,X')).toEqual([{ name: 'Amina "Q" Diallo', organisation: 'X', category: '' }]);
  });

  test('without a name or with an unknown category are told apart, with their line', () => {
    expect(pastedPeople(', Ministry\nLi, X, nobility', categories)).toEqual([
      { text: ', Ministry', person: null },
      { text: 'Li, X, nobility', person: null },
    ]);
  });

  test('are not endlessly many', () => {
    expect(people('Li\n'.repeat(kMaxPasted + 7))).toHaveLength(kMaxPasted);
  });
});
