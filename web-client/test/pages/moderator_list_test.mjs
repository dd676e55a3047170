// What a moderator does with a long list: moves a row to a place, finds somebody, writes down what others are not to see.
import { chooseLanguage, eachLook, enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });
const called = (mock, method) => mock.meeting.calls.filter((call) => call.method === method);
const names = (mock) => mock.meeting.queue.map(({ person }) => person.name);
const row = (page, name) => page.locator('.queue .row', { hasText: name });
const path = '/room/room-a/moderator';
const kLooks = [['light', { width: 1280, height: 800 }, 'en'], ['dark', { width: 360, height: 740 }, 'ar']];

async function chooseFor(page, name, item) {
  await named(page, `More for ${name}`).click();
  await page.locator('.more-menu:popover-open').getByRole('button', { name: item }).click();
}

test('a row is moved to a place by its number, without a mouse', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.add('Nia');
  mock.meeting.add('Tom');
  const page = await open(path, moderator);
  await named(page, 'More for Tom').focus();
  await page.keyboard.press('Enter');
  const item = page.locator('.more-menu:popover-open [data-action=move]');
  for (let press = 0; press < 8 && !(await item.evaluate((element) => element === document.activeElement)); press += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Move Tom to…' });
  await expect(dialog.getByLabel('Position')).toBeFocused();
  await expect(dialog.getByLabel('Position')).toHaveValue('4');
  await page.keyboard.type('2');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect.poll(() => names(mock)).toEqual(['Olga Petrova', 'Tom', 'Juan Pérez', 'Nia']);
  await expect(named(page, 'More for Tom')).toBeFocused();
  await expect(page.getByRole('button', { name: 'Tom', exact: true, pressed: true })).toBeVisible();
  // Where it stands already nothing is asked of the server.
  await chooseFor(page, 'Tom', 'Move to…');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  expect(called(mock, 'floor.move')).toHaveLength(1);
});

test('a row is moved before another one, or to the end, by the list of places', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.add('Nia');
  const page = await open(path, moderator);
  await chooseFor(page, 'Nia', 'Move to…');
  await eachLook(page, kLooks, () => expectGood(page));
  await eachLook(page, kLooks.slice(0, 1), () => undefined);
  const dialog = page.getByRole('dialog', { name: 'Move Nia to…' });
  await expect(dialog.getByRole('listitem')).toHaveText([/Before Olga Petrova/, /Before Juan Pérez/, /To the end/]);
  await named(dialog, 'Before Olga Petrova').click();
  await expect.poll(() => names(mock)).toEqual(['Nia', 'Olga Petrova', 'Juan Pérez']);
  await chooseFor(page, 'Nia', 'Move to…');
  await named(dialog, 'To the end').click();
  await expect.poll(() => names(mock)).toEqual(['Olga Petrova', 'Juan Pérez', 'Nia']);
});

test('the places stay where they are while the list changes', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const nia = mock.meeting.add('Nia');
  const page = await open(path, moderator);
  await chooseFor(page, 'Nia', 'Move to…');
  const places = page.getByRole('dialog', { name: 'Move Nia to…' }).getByRole('listitem');
  await expect(places).toHaveCount(3);
  mock.meeting.queue = [juan, olga, nia];
  mock.meeting.changed('queue');
  await expect(page.locator('.queue .row').first()).toContainText('Juan Pérez');
  await expect(places).toHaveText([/Before Olga Petrova/, /Before Juan Pérez/, /To the end/]);
});

test('somebody is found by a key and some letters', async ({ open, mock }) => {
  people(mock.meeting);
  for (let n = 1; n <= 30; n += 1) mock.meeting.add(`Delegate ${n}`, { organisation: n === 27 ? 'Télécommunications' : 'Ministry' });
  mock.meeting.add('Waits for a yes', { state: 'pending' });
  const page = await open(path, moderator);
  const field = page.getByRole('searchbox', { name: 'Find in the list' });
  await expect(field).toBeVisible();
  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  await page.keyboard.type('perez');
  await expect(page.locator('.queue-box .row')).toHaveCount(1);
  await expect(row(page, 'Juan Pérez').locator('.position')).toHaveText('2');
  await expect(page.getByRole('status').filter({ hasText: '1 of 32' })).toBeVisible();
  await expect(page.locator('.pending-box .row')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'To approve 1' })).toBeVisible();
  await eachLook(page, kLooks, () => expectGood(page));
  await eachLook(page, kLooks.slice(0, 1), () => undefined);
  await field.fill('telecom minis');
  await expect(page.getByText('Nobody like that is waiting.')).toBeVisible();
  await field.fill('telecom');
  await field.press('Enter');
  await expect(page.locator('.queue-box .row')).toHaveCount(32);
  await expect(page.getByRole('button', { name: 'Delegate 27', exact: true, pressed: true })).toBeFocused();
  await expect(row(page, 'Delegate 27')).toBeInViewport();
  await expect(field).toHaveValue('');
  // Esc gives the whole list back, and nothing else is chosen.
  await page.keyboard.press('/');
  await page.keyboard.type('olga');
  await expect(page.locator('.queue-box .row')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.locator('.queue-box .row')).toHaveCount(32);
  await page.keyboard.press('g');
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Delegate 27');
  expect(called(mock, 'floor.grant')).toHaveLength(1);
});

test('who turned single keys off finds by the field, and not by a key', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, moderator);
  await named(page, 'Help and shortcuts').click();
  await expect(page.getByText('Find somebody in the list')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Use single-key shortcuts' }).uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  const field = page.getByRole('searchbox', { name: 'Find in the list' });
  await expect(field).not.toBeFocused();
  await field.fill('juan');
  await expect(page.locator('.queue-box .row')).toHaveCount(1);
});

test('a private note is seen by moderators, after a reload too, and by nobody else', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  mock.meeting.add('Li Wei', { ...me, participant: 'p-li' });
  const page = await open(path, moderator);
  const second = await open(path, { sub: 'mod-2', name: 'Marie', role: 'moderator' });
  const theirs = await open('/room/room-a', me);
  const chair = await open('/room/room-a/chair', { sub: 'chair', name: 'Chair', role: 'chair' });
  const stage = await open('/room/room-a/stage', { sub: 's', role: 'observer' });
  await enter(theirs);
  await named(page, 'Close list').click();
  await chooseFor(page, 'Li Wei', 'Private note…');
  const dialog = page.getByRole('dialog', { name: 'Private note about Li Wei' });
  await expect(dialog.getByLabel('Private note')).toBeFocused();
  await eachLook(page, kLooks, () => expectGood(page));
  await eachLook(page, kLooks.slice(0, 1), () => undefined);
  await dialog.getByLabel('Private note').fill('Speaks\nfor two');
  await named(dialog, 'Save the note').click();
  await expect(dialog).toBeHidden();
  for (const one of [page, second]) await expect(row(one, 'Li Wei').locator('.note')).toContainText('Speaks for two');
  await expect(row(second, 'Li Wei').locator('.note')).toContainText('(Moderator)');
  await expectGood(page);
  // It is no act on the list: what was done before can be undone as before.
  await expect(page.getByRole('status').filter({ hasText: 'List closed' })).toBeVisible();
  await page.reload();
  await expect(row(page, 'Li Wei').locator('.note')).toContainText('Speaks for two');
  mock.meeting.onAir(mock.meeting.queue.find(({ person }) => person.name === 'Li Wei'));
  await expect(page.getByRole('region', { name: 'Now', exact: true }).locator('.note')).toContainText('Speaks for two');
  for (const one of [theirs, chair, stage]) {
    await expect(one.getByText('Li Wei').first()).toBeVisible();
    expect(await one.content()).not.toContain('Speaks for two');
  }
  await chooseFor(page, 'Li Wei', 'Private note…');
  await named(dialog, 'Remove the note').click();
  for (const one of [page, second]) await expect(one.locator('.note')).toHaveCount(0);
});

test('a note that is refused stays in its form', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, moderator);
  await chooseFor(page, 'Juan Pérez', 'Private note…');
  const dialog = page.getByRole('dialog', { name: 'Private note about Juan Pérez' });
  mock.meeting.refuse_next = { code: -32004, word: 'not_saved' };
  await dialog.getByLabel('Private note').fill('Late');
  await named(dialog, 'Save the note').click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.getByLabel('Private note')).toHaveValue('Late');
  await expectGood(page);
  await expect(page.locator('.notices [role=alert]')).toHaveCount(0);
  await named(dialog, 'Save the note').click();
  await expect(row(page, 'Juan Pérez').locator('.note')).toContainText('Late');
});

test('a speech is ended with a reason: a chosen one is read in the speaker’s language, a written one as it was written', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.end(mock.meeting.floor[0], 'released', 'ended');
  const page = await open(path, moderator);
  const theirs = await open('/room/room-a', me);
  await chooseLanguage(page, 'fr');
  await theirs.locator('[data-action=watch]').click();
  await chooseLanguage(theirs, 'ar');
  const revoke = async (choose) => {
    mock.meeting.onAir(mock.meeting.add('Li Wei', { ...me, participant: 'p-li' }));
    await page.locator('.speaker .more').click();
    await page.locator('.more-menu:popover-open [data-action=revoke-why]').click();
    await choose(page.getByRole('dialog', { name: 'Mettre fin à l’intervention de Li Wei' }));
    await named(page.locator('#revoke'), 'Retirer la parole').click();
    await expect(page.locator('#revoke')).toBeHidden();
  };
  await revoke(async (dialog) => {
    await expect(dialog.getByRole('radio', { name: 'Le temps est écoulé' })).toBeFocused();
    await dialog.getByRole('radio', { name: 'Cela ne porte pas sur ce point' }).check();
    await expectGood(page);
  });
  expect(called(mock, 'floor.revoke')[0].params.reason).toBe('off_topic');
  const own = theirs.locator('.own-card');
  await expect(own).toContainText('أنهى مدير الجلسة كلمتك.');
  await expect(own).toContainText('لم تكن كلمتك عن البند قيد المناقشة.');
  await expectGood(theirs);
  await revoke(async (dialog) => {
    await dialog.getByRole('radio', { name: 'Une autre raison, avec vos mots' }).check();
    await dialog.getByLabel('Votre raison').fill('Merci de  conclure par écrit');
    await expectGood(page);
  });
  await expect(own.locator('.hint bdi')).toHaveText('Merci de conclure par écrit');
});

test('without a reason of one’s own nothing is sent, and a refusal stays in the form', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, moderator);
  await chooseFor(page, 'Amina Diallo', 'Revoke, and say why…');
  const dialog = page.getByRole('dialog', { name: 'End the speech of Amina Diallo' });
  await dialog.getByRole('radio', { name: 'Another reason, in your own words' }).check();
  await named(dialog, 'Revoke').click();
  await expect(dialog.getByLabel('Your reason')).toBeFocused();
  expect(called(mock, 'floor.revoke')).toHaveLength(0);
  await dialog.getByRole('radio', { name: 'Sound or picture does not work' }).check();
  mock.meeting.refuse_next = { code: -32004, word: 'not_saved' };
  await named(dialog, 'Revoke').click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(page.locator('.notices [role=alert]')).toHaveCount(0);
  await named(dialog, 'Revoke').click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('The floor is free.')).toBeVisible();
});
