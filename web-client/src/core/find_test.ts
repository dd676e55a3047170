import { expect, test } from 'vitest';

import { isFound } from './find.ts';

test.each([
  ['perez', ['Juan Pérez', 'Universidad'], true],
  ['UNIV per', ['Juan Pérez', 'Universidad'], true],
  ['per uni x', ['Juan Pérez', 'Universidad'], false],
  ['الخطيب', ['منى الخطيب', null], true],
  ['晓', ['陈晓明', undefined], true],
  ['  ', ['Anybody'], true],
])('%s in %j: %s', (words, texts, found) => {
  expect(isFound(words, texts)).toBe(found);
});
