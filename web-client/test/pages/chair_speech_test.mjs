import { eachLook, enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const chair = { sub: 'chair', name: 'Chandra Menon', role: 'chair' };
const path = '/room/room-a/chair';
const named = (page, name) => page.getByRole('button', { name, exact: true });
const called = (mock, method) => mock.meeting.calls.filter((call) => call.method === method);
const own = (page) => page.getByRole('region', { name: 'Your microphone' });
const now = (page) => page.getByRole('region', { name: 'Now', exact: true });
const whip = (mock, wanted) => mock.meeting.media.filter(({ path: at, method }) => at.startsWith('/whip/room-a/floor') && method === wanted).length;
const speech = (mock) => mock.meeting.floor.find(({ kind }) => kind === 'chair');

test('a chair in the room speaks and stops with one button, and is asked for nothing', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, chair);
  await expect(page.getByRole('checkbox', { name: 'Just at a microphone in the room' })).toBeChecked();
  await named(page, 'Speak').click();
  await expect(own(page)).toContainText('Live');
  await expectGood(page);
  expect(called(mock, 'floor.speak')[0].params).toEqual({ key: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(speech(mock).person.where).toBe('room');
  expect(mock.meeting.media).toEqual([]);
  await expect(now(page)).toContainText('Amina Diallo');
  await expect(now(page)).toContainText('Chandra Menon');
  await named(page, 'Stop speaking').click();
  await expect(named(page, 'Speak')).toBeVisible();
  expect(called(mock, 'floor.release')[0].params).toEqual({ request: expect.any(String) });
  expect(mock.meeting.floor.map(({ person }) => person.name)).toEqual(['Amina Diallo']);
  expect(mock.meeting.last).toBeNull();
});

test('giving and ending the floor leaves the chair’s own speech alone', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, chair);
  await page.keyboard.press('s');
  await expect(own(page)).toContainText('Live');
  await named(page, 'Give the floor').click();
  await expect(now(page)).toContainText('Olga Petrova');
  await expect(own(page)).toContainText('Live');
  await named(page, 'End', ).click();
  await expect(page.getByText('The floor is free.')).toBeVisible();
  await expect(named(page, 'End')).toBeDisabled();
  await expect(own(page)).toContainText('Live');
  await page.keyboard.press('s');
  await expect(named(page, 'Speak')).toBeVisible();
});

test('a chair far away opens the devices, is heard by them, and closes them in the room again', async ({ open, mock }) => {
  const page = await open(path, chair);
  await page.getByRole('checkbox', { name: 'Just at a microphone in the room' }).uncheck();
  await expect(own(page).getByLabel('Your own picture')).toBeVisible();
  expect(called(mock, 'person.where')[0].params).toEqual({ where: 'remote' });
  await expectGood(page);
  expect(whip(mock, 'POST')).toBe(0);
  await named(page, 'Speak').click();
  await expect(own(page)).toContainText('Live');
  await expect.poll(() => whip(mock, 'POST')).toBe(1);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await named(page, 'Mute my microphone').click();
  await expect(named(page, 'Unmute my microphone')).toBeVisible();
  await named(page, 'Stop speaking').click();
  await expect.poll(() => whip(mock, 'DELETE')).toBe(1);
  await page.reload();
  await expect(page.getByRole('checkbox')).not.toBeChecked();
});

test('a link that says where the chair is leaves nothing to choose', async ({ open }) => {
  const page = await open(path, { ...chair, where: 'room' });
  await expect(named(page, 'Speak')).toBeVisible();
  await expect(page.getByRole('checkbox')).toHaveCount(0);
});

test('far away without a return is refused with a word, and can be forced', async ({ open, mock }) => {
  mock.meeting.returns = { connected: false };
  const page = await open(path, { ...chair, where: 'remote' });
  await named(page, 'Speak').click();
  await expect(page.getByRole('alert')).toContainText('no return is connected');
  await named(page, 'Speak all the same').click();
  await expect(own(page)).toContainText('Live');
  expect(called(mock, 'floor.speak').at(-1).params).toMatchObject({ override: true });
});

test('who is stopped by somebody else is told so, and who is paused goes on', async ({ open, mock }) => {
  const page = await open(path, chair);
  await named(page, 'Speak').click();
  await expect(own(page)).toContainText('Live');
  mock.meeting.set(speech(mock), { state: 'paused', running_since: null });
  await expect(own(page)).toContainText('Paused');
  await named(page, 'Go on speaking').click();
  await expect(own(page)).toContainText('Live');
  mock.meeting.end(speech(mock), 'revoked', 'revoked');
  await expect(own(page)).toContainText('The moderator has ended your speech.');
  await named(page, 'Speak').click();
  await expect(own(page)).toContainText('Live');
});

test('everybody sees the chair as who speaks, without a clock', async ({ open, mock }) => {
  people(mock.meeting);
  const desk = await open('/room/room-a/moderator', moderator);
  const page = await open('/room/room-a', me);
  await enter(page);
  const stage = await open('/room/room-a/stage', { sub: 'stage', role: 'observer' });
  mock.meeting.onAir(mock.meeting.add('Chandra Menon', { kind: 'chair', limit_s: 0, state: 'granted', organisation: 'Secretariat' }));
  for (const card of [page.locator('.now-card'), desk.locator('.now-box .speaker'), stage.locator('.speaker')]) {
    const theirs = card.filter({ hasText: 'Chandra Menon' });
    await expect(theirs).toContainText('Chair');
    await expect(theirs).toContainText('Live');
    await expect(theirs.locator('speech-clock')).toBeHidden();
    await expect(card.filter({ hasText: 'Amina Diallo' }).locator('speech-clock')).toBeVisible();
  }
  const theirs = desk.locator('.now-box .speaker').filter({ hasText: 'Chandra Menon' });
  await expect(theirs.locator('[data-action=extend]')).toHaveCount(0);
  // Keys mean whose turn it is, also when it is nobody's.
  mock.meeting.end(mock.meeting.floor[0], 'released', 'finished');
  await expect(desk.getByText('The floor is free.')).toBeVisible();
  await desk.keyboard.press('x');
  await desk.keyboard.press('m');
  await theirs.getByRole('button', { name: /^Mute/ }).click();
  await expect.poll(() => called(mock, 'floor.mute').length).toBe(1);
  expect(called(mock, 'floor.revoke')).toHaveLength(0);
  for (const one of [desk, page, stage]) await expectGood(one);
});

test('speaking looks right on a tablet either way, a phone and a desk, light and dark, in either direction', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, { ...chair, where: 'remote' });
  await named(page, 'Speak').click();
  await expect(own(page).locator('.state.live')).toBeVisible();
  const looks = [['dark', { width: 1024, height: 768 }, 'en'], ['light', { width: 768, height: 1024 }, 'ar'], ['dark', { width: 360, height: 740 }, 'fr'], ['light', { width: 1280, height: 800 }, 'ru'], ['light', { width: 740, height: 360 }, 'es']];
  await eachLook(page, looks, async ({ height }) => {
    await expectGood(page);
    for (const action of ['speak', 'give', 'end', 'pause', 'undo']) {
      const box = await page.locator(`[data-action=${action}]`).boundingBox();
      expect(box.height).toBeGreaterThanOrEqual(56);
      if (height > 400) expect(box.y + box.height).toBeLessThanOrEqual(height);
    }
  });
});
