import { expect, test } from 'vitest';

import { exampleRequest, exampleState } from './example.ts';
import { mayUndo, undoRequest, UndoSubject, undoSeconds } from './undo.ts';

const undo = { by: 'Marie', act: 'floor.grant', request: 'r-7', until: 10_000 };

test.each([[5_000, 5], [5_001, 5], [9_001, 1], [9_999, 1], [10_000, 0], [99_000, 0]])('at %i there are %i seconds left', (now, seconds) => {
  expect(undoSeconds(undo, now)).toBe(seconds);
});

test('the chair takes back what the server says, others whatever there is', () => {
  expect([mayUndo({ ...undo, chair: true }, 'chair'), mayUndo({ ...undo, chair: false }, 'chair'), mayUndo(undo, 'chair'), mayUndo(null, 'chair')]).toEqual([true, false, false, false]);
  expect([mayUndo({ ...undo, chair: false }, 'moderator'), mayUndo(undo, 'admin')]).toEqual([true, true]);
});

test('nothing to take back is no time left', () => {
  expect([undoSeconds(null, 0), undoSeconds(undefined, 0)]).toEqual([0, 0]);
});

test('whom it was about is found wherever they are now', () => {
  const person = exampleRequest({ request: 'r-7' });
  expect(undoRequest(exampleState({ undo, queue: [exampleRequest(), person] }))).toBe(person);
  expect(undoRequest(exampleState({ undo, floor: [person] }))).toBe(person);
  expect(undoRequest(exampleState({ undo, last: person }))).toBe(person);
  expect(undoRequest(exampleState({ undo }))).toBeNull();
  expect(undoRequest(exampleState({ undo: { ...undo, request: null }, floor: [person] }))).toBeNull();
});

test('who is gone from the list by the act is remembered until another act', () => {
  const person = exampleRequest({ request: 'r-7' });
  const subject = new UndoSubject();
  expect(subject.see(exampleState({ queue: [exampleRequest(), person] }))).toBeNull();
  expect(subject.see(exampleState({ undo, queue: [exampleRequest()] }))).toBe(person);
  expect(subject.see(exampleState({ undo, queue: [] }))).toBe(person);
  expect(subject.see(exampleState({ undo: { ...undo, request: 'r-8' }, queue: [] }))).toBeNull();
  expect(subject.see(exampleState({}))).toBeNull();
});
