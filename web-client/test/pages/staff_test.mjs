import { chooseLanguage, eachLook, expect, expectGood, moderator, people, technician, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });
const called = (mock, method) => mock.meeting.calls.filter((call) => call.method === method);

test('the moderator gives the floor to the next, by button and by key', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  await expect(named(page, 'Grant next')).toBeEnabled();
  await expectGood(page);
  await named(page, 'Grant next').click();
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Olga Petrova');
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Live');
  expect(mock.meeting.floor[0].request).toBe(olga.request);
  await page.keyboard.press('n');
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Juan Pérez');
  expect(called(mock, 'floor.grant')).toHaveLength(2);
});

test('every press is answered in sight', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  await named(page, 'Close list').click();
  await expect(page.locator('[data-action=list][data-press=done]')).toBeVisible();
  await expect(page.getByText('The list is closed')).toBeVisible();
});

test('the speaker’s time is managed by keys', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  await expect(named(page, 'Mute')).toBeVisible();
  await page.keyboard.press('m');
  await expect(named(page, 'Unmute')).toBeVisible();
  await page.keyboard.press('e');
  await expect.poll(() => mock.meeting.floor[0].limit_s).toBe(240);
  await page.keyboard.press('p');
  await expect(named(page, 'Resume')).toBeVisible();
  await page.keyboard.press('p');
  await expect(named(page, 'Pause')).toBeVisible();
  await page.keyboard.press('x');
  await expect(page.getByText('The floor is free.')).toBeVisible();
  expect(called(mock, 'floor.revoke')[0].params).toEqual({ request: expect.any(String) });
});

test('a row is chosen, prepared, moved and passed over without a mouse', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const third = mock.meeting.add('Third');
  const page = await open('/room/room-a/moderator', moderator);
  const pressed = (name) => page.getByRole('button', { name, exact: true, pressed: true });
  await expect(pressed('Olga Petrova')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: /Green room/ })).toContainText('Olga Petrova');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(pressed('Third')).toBeVisible();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => mock.meeting.queue.map(({ request }) => request)).toEqual([olga.request, third.request, juan.request]);
  await expect(pressed('Third')).toBeVisible();
  await page.keyboard.press('Alt+Home');
  await expect.poll(() => mock.meeting.queue[0].request).toBe(third.request);
  await page.keyboard.press('Delete');
  await expect.poll(() => mock.meeting.queue[0].request).toBe(olga.request);
  await page.keyboard.press('g');
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Third');
});

test('every act on a request goes by key', async ({ open, mock }) => {
  const { juan } = people(mock.meeting);
  mock.meeting.add('Nia', { state: 'pending' });
  const page = await open('/room/room-a/moderator', moderator);
  await expect(named(page, 'Grant next')).toBeEnabled();
  await page.keyboard.press('Shift+A');
  await expect(named(page, 'Grant Nia')).toBeVisible();
  await page.keyboard.press('Shift+Delete');
  await expect(named(page, 'Grant Olga Petrova')).toBeHidden();
  await page.keyboard.press('Shift+X');
  await expect(page.getByText('The floor is free.')).toBeVisible();
  expect(called(mock, 'floor.release')).toHaveLength(1);
  await page.keyboard.press('o');
  const form = page.getByRole('dialog', { name: 'Add speaker' });
  await expect(form.getByLabel('What is it?')).toHaveValue('point_of_order');
  await page.keyboard.type('Delegate');
  await page.keyboard.press('Enter');
  await expect(named(page, 'Grant Delegate')).toBeVisible();
  mock.meeting.set(juan, { state: 'standby' });
  await named(page, 'More for Juan Pérez').click();
  await named(page, 'Says: ready').click();
  await expect.poll(() => called(mock, 'floor.ready').length).toBe(1);
});

test('a point of order is added by a button, too, and all acts on the list stand on two lines in every language', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  const bar = page.locator('.act-bar');
  await named(page, 'Point of order').click();
  const form = page.getByRole('dialog', { name: 'Add speaker' });
  await expect(form.getByLabel('What is it?')).toHaveValue('point_of_order');
  await page.keyboard.type('Delegate');
  await page.keyboard.press('Enter');
  await expect(named(page, 'Grant Delegate')).toBeVisible();
  expect(called(mock, 'floor.add')[0].params).toMatchObject({ name: 'Delegate', kind: 'point_of_order' });
  mock.meeting.undo = null;
  mock.meeting.changed('undo');
  for (const lang of ['fr', 'ru', 'ar', 'en']) {
    await chooseLanguage(page, lang);
    const tops = await bar.getByRole('button').evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect()).map(({ top, height }) => Math.round((top + height / 2) / 20)));
    expect(new Set(tops).size, lang).toBeLessThanOrEqual(2);
    expect(tops.length).toBe(6);
  }
});

test('the menu of a row denies', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  await named(page, 'More for Juan Pérez').click();
  await expectGood(page);
  await named(page, 'Deny').click();
  await expect(named(page, 'Juan Pérez')).toBeHidden();
});

test('a row stays under the pointer while the list changes', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  const names = () => page.locator('.queue .pick').allTextContents();
  await named(page, 'Juan Pérez').hover();
  mock.meeting.queue = [juan, olga];
  mock.meeting.changed('queue');
  await expect(page.locator('.queue .row').nth(1).locator('.position')).toHaveText('1');
  expect(await names()).toEqual(['Olga Petrova', 'Juan Pérez']);
  await page.mouse.move(5, 5);
  await expect.poll(names).toEqual(['Juan Pérez', 'Olga Petrova']);
});

test('a grant without a return is refused with a word, and can be forced', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.returns = { connected: false };
  const page = await open('/room/room-a/moderator', moderator);
  await expect(page.getByText('No return connected')).toBeVisible();
  await named(page, 'Grant Olga Petrova').click();
  await expect(page.getByRole('alert')).toContainText('no return is connected');
  await expectGood(page);
  await named(page, 'Grant all the same').click();
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Olga Petrova');
  expect(called(mock, 'floor.grant').at(-1).params).toMatchObject({ override: true });
});

test('a person without an account is added by name', async ({ open, mock }) => {
  const page = await open('/room/room-a/moderator', moderator);
  await expect(named(page, 'Add speaker')).toBeVisible();
  await page.keyboard.press('a');
  const form = page.getByRole('dialog', { name: 'Add speaker' });
  await expect(form.getByLabel('Name')).toBeFocused();
  await expectGood(page);
  await form.getByLabel('Name').fill('Minister');
  await form.getByRole('button', { name: 'Add to the list' }).click();
  await expect(named(page, 'Grant Minister')).toBeVisible();
  expect(mock.meeting.queue[0].person).toMatchObject({ name: 'Minister', where: 'room' });
});

test('a person is added in two keys beside the name, without a mouse', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  await expect(named(page, 'Add speaker')).toBeVisible();
  for (const name of ['Aya Nakamura', 'Bo Anand']) {
    await page.keyboard.press('a');
    await expect(page.locator('#add input[name=name]')).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await expect(named(page, `Grant ${name}`)).toBeVisible();
    await expect(page.locator('#add[open]')).toHaveCount(0);
  }
  expect(called(mock, 'floor.add').map(({ params }) => [params.name, params.where, params.kind])).toEqual([['Aya Nakamura', 'room', 'statement'], ['Bo Anand', 'room', 'statement']]);
});

test('single keys can be turned off', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/moderator', moderator);
  await named(page, 'Help and shortcuts').click();
  await expectGood(page);
  await page.getByRole('checkbox', { name: 'Use single-key shortcuts' }).uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await named(page, 'Close list').click();
  await expect(page.getByText('The list is closed')).toBeVisible();
  expect(called(mock, 'floor.grant')).toHaveLength(0);
});

test('a participant’s link does not open the moderator’s page', async ({ open }) => {
  const page = await open('/room/room-a/moderator', { sub: 'x', role: 'participant' });
  await expect(page.getByText('This page needs a link for another role')).toBeVisible();
});

test('the moderator’s page looks right, small and large, light and dark, in either direction', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.add('Point', { kind: 'point_of_order' });
  mock.meeting.alarms = [{ code: 'return_silent', text: 'Room A: the return page is open but its sound has not been started', since: 0 }];
  const page = await open('/room/room-a/moderator', moderator);
  await expect(page.locator('[data-action=next]')).toBeVisible();
  const looks = [['dark', { width: 1280, height: 800 }, 'en'], ['light', { width: 1280, height: 800 }, 'ar'], ['light', { width: 360, height: 800 }, 'fr'], ['dark', { width: 1920, height: 800 }, 'zh']];
  await eachLook(page, looks, () => expectGood(page));
});

test('the technician sees sources, returns, channels and alarms', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.alarms = [{ code: 'return_silent', text: 'Room A: the return page is open but its sound has not been started', since: 0 }];
  const page = await open('/technician', technician);
  const room = page.getByRole('region', { name: 'Room A' });
  await expect(room).toContainText('return page is open');
  await expect(room).toContainText('The other end cannot be reached.');
  await expect(room.getByRole('img', { name: 'Picture of main' })).toBeVisible();
  await expect(room.getByRole('img', { name: 'Picture of wall' })).toBeVisible();
  await expect(room.getByRole('meter', { name: 'Level of main' })).toHaveAttribute('aria-valuenow', '-19');
  await expect(room).toContainText('128 viewers');
  await expect(room).toContainText('Everybody: the room, remote participants and the public webcast.');
  await expect(room).toContainText('Amina Diallo');
  await expectGood(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectGood(page);
});

test('the public display shows now and the next', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a/stage', { sub: 's', role: 'observer' });
  await expect(page.getByRole('region', { name: 'Now', exact: true })).toContainText('Amina Diallo');
  await expect(page.getByRole('region', { name: 'Then' })).toContainText('Olga Petrova');
  await expectGood(page);
  mock.meeting.end(mock.meeting.floor[0], 'released');
  await expect(page.getByRole('region', { name: 'Before' })).toContainText('Amina Diallo');
  await expect(page.getByText('Nobody has the floor')).toBeVisible();
});

test('the return page tells whether its sound runs, and connects again', async ({ open, mock }) => {
  const page = await open('/room/room-a/return', technician);
  await expect(page.getByLabel('Return into the room')).toBeVisible();
  await expect.poll(() => called(mock, 'return.sound').at(-1)?.params.started).toBe(true);
  expect(mock.meeting.media[0]).toMatchObject({ method: 'POST', path: '/whep/room-a/return' });
  await expectGood(page);
  const told = called(mock, 'return.sound').length;
  mock.meeting.forgot_media = true;
  mock.meeting.cut();
  await expect.poll(() => mock.meeting.media.filter(({ method }) => method === 'POST').length).toBeGreaterThan(1);
  await expect.poll(() => called(mock, 'return.sound').length).toBeGreaterThan(told);
});

test('a return page whose browser has none of the formats says so', async ({ open, mock }) => {
  mock.meeting.no_codec = true;
  const page = await open('/room/room-a/return', technician);
  await expect(page.getByRole('status')).toContainText('This browser has none of the formats');
});

test('a return page whose browser wants a click says so, to the technician too', async ({ context, open, mock }) => {
  await context.addInitScript('window.fakeBlocked = true');
  const desk = await open('/technician', technician);
  const page = await open('/room/room-a/return', { ...technician, sub: 'screen' });
  const start = page.getByRole('button', { name: 'Start sound' });
  await expect(start).toBeVisible();
  await expect.poll(() => called(mock, 'return.sound').at(-1)?.params.started).toBe(false);
  const room = desk.getByRole('region', { name: 'Room A' });
  await expect(room).toContainText('its sound has not been started');
  await start.click();
  await expect(start).toBeHidden();
  await expect.poll(() => called(mock, 'return.sound').at(-1)?.params.started).toBe(true);
  await expect(room).not.toContainText('its sound has not been started');
});

test('a return page that plays says so again when the server takes it for silent', async ({ open, mock }) => {
  await open('/room/room-a/return', technician);
  await expect.poll(() => mock.meeting.screen_sound).toBe(true);
  mock.meeting.screen_sound = null;
  mock.meeting.tell_status();
  await expect.poll(() => mock.meeting.screen_sound).toBe(true);
});

test('the list of rooms says what is on', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/', null);
  await expect(page.getByText('Amina Diallo is speaking')).toBeVisible();
  await expectGood(page);
  await page.getByRole('combobox', { name: 'Language of this page' }).selectOption('ar');
  await expect(page.getByText('تابع الاجتماع بلغتك')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.dir)).toBe('rtl');
  await page.getByRole('link', { name: 'فتح Room A' }).click();
  await expect(page).toHaveURL(/\/room\/room-a$/);
});
