// The small pure pieces: clock, token, shortcuts, formats, order.
import { describe, expect, test } from 'vitest';

import { ServerClock } from './clock.ts';
import { clockText, hoursText, initials, languageName, meterFall, meterFraction, meterZone, speechTime, waitMinutes } from './format.ts';
import { dropTarget, moveTarget, placeTarget, shownOrder } from './order.ts';
import { elapsed } from './protocol.ts';
import { exampleRequest } from './example.ts';
import { roomsOf } from './rooms.ts';
import { isSingleKey, keyIsTaken, keyName } from './shortcuts.ts';
import { claimsOf, roomOf, shortHash, tokenOf } from './token.ts';

describe('the server’s clock', () => {
  test('follows the quickest message', () => {
    const clock = new ServerClock();
    clock.sample(10_000, 300); // 200 ms under way
    clock.sample(11_000, 1_110); // 10 ms
    clock.sample(12_000, 2_500); // 400 ms
    expect(clock.at(3_000)).toBe(12_890);
  });

  test('forgets old samples when the local clock is set', () => {
    const clock = new ServerClock();
    clock.sample(10_000, 0);
    for (let n = 0; n < 8; n += 1) clock.sample(20_000 + n, 15_000 + n);
    expect(clock.at(16_000)).toBe(21_000);
  });

  test('without a sample is the local one', () => {
    expect(new ServerClock().at(5)).toBe(5);
  });
});

describe('a token', () => {
  const token = `x.${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify({ name: 'منى', role: 'participant' })))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')}.y`;

  test('is read from the fragment only', () => {
    expect(tokenOf(`#token=${token}`)).toBe(token);
    expect(tokenOf('#other=1')).toBeUndefined();
    expect(tokenOf('')).toBeUndefined();
  });

  test('greets by name in any script', () => {
    expect(claimsOf(token)).toMatchObject({ name: 'منى', role: 'participant' });
  });

  test.each([undefined, '', 'x', 'x.y.z', 'x.bnVsbA.z', 'x.!!!.z'])('that is %s is no error', (broken) => {
    expect(claimsOf(broken)).toEqual({});
  });

  test('has a short name of its own', () => {
    expect(shortHash('a')).not.toBe(shortHash('b'));
  });

  test.each([
    ['/room/room-a', 'room-a'], ['/room/room-a/moderator', 'room-a'], ['/room/salle%20b', 'salle b'], ['/', ''],
  ])('%s is of room %s', (path, room) => {
    expect(roomOf(path)).toBe(room);
  });
});

describe('a key', () => {
  const press = (fields: object) => ({ key: '', code: '', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...fields });

  test.each([
    [{ key: 'n', code: 'KeyN' }, 'N'],
    [{ key: 'т', code: 'KeyN' }, 'N'],
    [{ key: 'ى', code: 'KeyN' }, 'N'],
    [{ key: 'E', code: 'KeyE', shiftKey: true }, 'Shift+E'],
    [{ key: '?', code: 'Slash', shiftKey: true }, '?'],
    [{ key: 'ArrowUp', code: 'ArrowUp', altKey: true }, 'Alt+ArrowUp'],
    [{ key: 'Delete', code: 'Delete' }, 'Delete'],
    [{ key: ' ', code: 'Space' }, 'Space'],
    [{ key: 'n', code: 'KeyN', ctrlKey: true }, 'Ctrl+N'],
    [{ key: 'я', code: 'KeyZ', ctrlKey: true }, 'Ctrl+Z'],
    [{ key: 'z', code: 'KeyZ', metaKey: true }, 'Ctrl+Z'],
  ])('%o is %s', (fields, name) => {
    expect(keyName(press(fields))).toBe(name);
  });

  test('with Ctrl is no single key', () => {
    expect([isSingleKey('Z'), isSingleKey('?'), isSingleKey('Ctrl+Z')]).toEqual([true, true, false]);
  });

  test.each([
    ['Ctrl+Z', 'INPUT', 'text', true], ['Ctrl+Z', 'BUTTON', undefined, false],
    ['N', 'INPUT', 'text', true], ['N', 'SELECT', undefined, true], ['N', 'BUTTON', undefined, false], ['Enter', 'BUTTON', undefined, true],
    ['Enter', 'LI', undefined, false], ['M', 'INPUT', 'range', false], ['ArrowUp', 'INPUT', 'range', true],
  ])('%s on %s (%s) is taken: %s', (name, tag, type, taken) => {
    expect(keyIsTaken(name, tag, type, false)).toBe(taken);
  });
});

describe('times', () => {
  test.each([[0, '0:00'], [72_000, '1:12'], [725_000, '12:05'], [3_723_000, '1:02:03'], [-5, '0:00']])('%i ms is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  test.each([[0, '00:00:00'], [-5, '00:00:00'], [72_000, '00:01:12'], [2_530_999, '00:42:10'], [3_723_000, '01:02:03'], [360_000_000, '100:00:00']])('%i ms of a meeting are %s', (ms, text) => {
    expect(hoursText(ms)).toBe(text);
  });

  test.each([
    [0, '3:00', 'running'], [500, '3:00', 'running'], [150_000, '0:30', 'closing'], [179_999, '0:01', 'closing'], [180_000, '+0:00', 'over'],
    [192_000, '+0:12', 'over'],
  ])('after %i ms of three minutes the clock says %s, %s', (spoken, text, phase) => {
    expect(speechTime(spoken, 180)).toMatchObject({ text, phase });
  });

  test('without a limit the clock counts up', () => {
    expect(speechTime(61_000, null)).toEqual({ text: '1:01', phase: 'running', fraction: 0 });
  });

  test('a wait is at least a minute, or unknown', () => {
    expect([waitMinutes(10), waitMinutes(300), waitMinutes(null)]).toEqual([1, 5, null]);
  });

  test('elapsed time runs only while it runs', () => {
    expect(elapsed(exampleRequest({ elapsed_ms: 5_000, running_since: 1_000 }), 3_000)).toBe(7_000);
    expect(elapsed(exampleRequest({ elapsed_ms: 5_000, running_since: null }), 3_000)).toBe(5_000);
  });
});

describe('levels', () => {
  test('stand between −60 and 0 dB', () => {
    expect([meterFraction(-90), meterFraction(-30), meterFraction(3), meterFraction(null)]).toEqual([0, 0.5, 1, 0]);
  });

  test('have the zones of a console', () => {
    expect([-55, -30, -19, -8].map(meterZone)).toEqual(['low', 'good', 'high', 'peak']);
  });

  test('rise at once and fall slowly', () => {
    expect(meterFall(-40, -10, 16)).toBe(-10);
    expect(meterFall(-10, -40, 1_700)).toBeCloseTo(-30);
    expect(meterFall(-10, -90, 60_000)).toBe(-90);
  });
});

describe('names', () => {
  test.each([['Li Wei', 'LW'], ['Amina Fatou Diallo', 'AD'], ['منى', 'م'], ['陈晓明', '陈'], ['  ', ''], ['Dr. (x) O’Neill', 'DO']])('%s is %s', (name, short) => {
    expect(initials(name)).toBe(short);
  });

  test('of languages are in their own script', () => {
    expect(['fr', 'ar', 'zh'].map(languageName)).toEqual(['Français', 'العربية', '中文']);
    expect(languageName('not a code')).toBe('not a code');
  });
});

describe('the order of rows', () => {
  test('is the server’s', () => {
    expect(shownOrder(['a', 'b', 'c'], null)).toEqual(['a', 'b', 'c']);
  });

  test('leaves the row under the pointer where it is', () => {
    expect(shownOrder(['b', 'c', 'a'], { id: 'a', index: 0 })).toEqual(['a', 'b', 'c']);
    expect(shownOrder(['b', 'a'], { id: 'a', index: 5 })).toEqual(['b', 'a']);
  });

  test('lets a held row go that has left the list', () => {
    expect(shownOrder(['b', 'c'], { id: 'a', index: 0 })).toEqual(['b', 'c']);
  });

  test.each([
    ['b', -1, 'a'], ['b', 1, null], ['a', 1, 'c'], ['a', -1, undefined], ['c', 1, undefined], ['x', 1, undefined],
  ] as const)('%s by %i goes before %s', (id, step, before) => {
    expect(moveTarget(['a', 'b', 'c'], id, step)).toBe(before);
  });
});

describe('the list of rooms', () => {
  test.each([
    [[{ id: 'a', title: 'A' }, { id: 'b' }, null, { title: 'no id' }]],
    [{ rooms: [{ id: 'a', title: 'A' }, { id: 'b' }] }],
  ])('takes what it understands', (answer) => {
    expect(roomsOf(answer).map(({ title }) => title)).toEqual(['A', 'b']);
  });

  test('survives anything', () => {
    expect([roomsOf(null), roomsOf('x'), roomsOf({})]).toEqual([[], [], []]);
  });
});

describe('a place in the list', () => {
  const ids = ['a', 'b', 'c', 'd'];

  test.each([
    ['d', 1, 'a'], ['a', 2, 'c'], ['a', 3, 'd'], ['a', 4, null], ['d', 3, 'c'],
    ['a', 99, null], ['d', -5, 'a'], ['c', 3, undefined], ['d', 99, undefined], ['x', 1, undefined],
  ])('%s to %i is before %s', (id, position, before) => {
    expect(placeTarget(ids, id, position)).toBe(before);
  });

  test('is the one that was asked for', () => {
    for (const id of ids)
      for (let position = 1; position <= ids.length; position += 1) {
        const before = placeTarget(ids, id, position);
        const others = ids.filter((other) => other !== id);
        const index = before === undefined ? ids.indexOf(id) : before === null ? others.length : others.indexOf(before);
        expect(index + 1).toBe(position);
      }
  });
});

describe('a row that is dropped', () => {
  const rows = ['a', 'b', 'c'].map((id, index) => ({ id, middle: 50 + 100 * index }));

  test.each([
    ['c', -20, 'a'], ['c', 49, 'a'], ['c', 51, 'b'], ['c', 149, 'b'], ['c', 151, undefined], ['c', 900, undefined],
    ['a', 900, null], ['a', 251, null], ['a', 249, 'c'], ['a', 149, undefined], ['b', 49, 'a'], ['b', 251, null], ['b', 100, undefined], ['x', 100, undefined],
  ] as const)('%s at %i goes before %s', (id, y, before) => {
    expect(dropTarget(rows, id, y)).toBe(before);
  });
});
