import { chair, eachLook, expect, expectGood, moderator, people, test } from './fixture.mjs';

const path = '/room/room-a/chair';
const named = (page, name) => page.getByRole('button', { name, exact: true });
const called = (mock, method) => mock.meeting.calls.filter((call) => call.method === method);
const now = (page) => page.getByRole('region', { name: 'Now', exact: true });
const next = (page) => page.getByRole('region', { name: /^Next/ });

test('the chair sees now and next, and gives and ends the floor', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  const page = await open(path, chair);
  await expect(now(page)).toContainText('Amina Diallo');
  await expect(now(page)).toContainText('left');
  await expect(next(page)).toContainText('Olga Petrova');
  await expect(next(page)).toContainText('Open Net Society');
  await expect(page.getByText('Everybody: the room')).toBeVisible();
  await expectGood(page);
  await named(page, 'Give the floor').click();
  await expect(now(page)).toContainText('Olga Petrova');
  await expect(next(page)).toContainText('Juan Pérez');
  expect(called(mock, 'floor.grant')[0].params).toEqual({ request: olga.request });
  await expect(now(page)).toContainText('Live');
  await named(page, 'End').click();
  await expect(page.getByText('The floor is free.')).toBeVisible();
  await expect(named(page, 'End')).toBeDisabled();
  expect(called(mock, 'floor.release')[0].params).toEqual({ request: olga.request });
});

test('the chair sees who is in charge, and takes over', async ({ open }) => {
  const page = await open(path, chair);
  const desk = await open('/room/room-a/moderator', moderator);
  await expect(page.getByText('Nobody is in charge yet')).toBeVisible();
  await named(desk, 'Take over').click();
  await expect(page.getByText('Moderator is in charge')).toBeVisible();
  await named(page, 'Take over').click();
  await expect(page.getByText('You are in charge')).toBeVisible();
  await expect(desk.getByText('Chair is in charge')).toBeVisible();
});

test('chair and moderator see that who waits far away is not there just now', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  const page = await open(path, chair);
  const desk = await open('/room/room-a/moderator', moderator);
  const row = desk.locator('.queue > li').filter({ hasText: 'Olga Petrova' });
  await expect(row).toBeVisible();
  await expect(desk.getByText('Not connected')).toBeHidden();
  mock.meeting.set(olga, { connected: false });
  await expect(row).toContainText('Not connected');
  await expect(next(page)).toContainText('Not connected');
});

test('the chair takes back what a chair may do, and reads of the rest', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const page = await open(path, chair);
  const desk = await open('/room/room-a/moderator', moderator);
  await desk.locator('.now-box').waitFor();
  await desk.keyboard.press('e');
  await expect(page.locator('.undo-words')).toContainText('Time changed');
  await expect(named(page, 'Undo')).toBeDisabled();
  await page.keyboard.press('z');
  await expect(named(desk, 'Undo')).toBeEnabled();
  await desk.keyboard.press('n');
  await expect(named(page, 'Undo')).toBeEnabled();
  await named(page, 'Undo').click();
  await expect(next(page)).toContainText(olga.person.name);
  expect(called(mock, 'floor.undo')).toHaveLength(1);
});

test('the chair pauses, goes on and takes back', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.undo_ms = 60_000;
  const page = await open(path, chair);
  await named(page, 'Pause').click();
  await expect(now(page)).toContainText('Paused');
  await named(page, 'Resume').click();
  await expect(now(page)).toContainText('Live');
  await expect(named(page, 'Undo')).toBeEnabled();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByText('The floor is free.')).toBeVisible();
  await expect(page.getByText('Speech ended')).toBeVisible();
  await named(page, 'Undo').click();
  await expect(now(page)).toContainText('Amina Diallo');
  await expect(named(page, 'Undo')).toBeDisabled();
});

test('everything of the chair’s goes by single keys', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(path, chair);
  await expect(next(page)).toContainText('Olga Petrova');
  await page.keyboard.press('n');
  await expect(now(page)).toContainText('Olga Petrova');
  await page.keyboard.press('Control+z');
  await expect(now(page)).toContainText('Amina Diallo');
  await page.keyboard.press('p');
  await expect(named(page, 'Resume')).toBeVisible();
  await page.keyboard.press('p');
  await page.keyboard.press('x');
  await expect(page.getByText('The floor is free.')).toBeVisible();
});

test('a change of the list while the finger is down does not give the floor to another', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const page = await open(path, chair);
  await expect(next(page)).toContainText('Olga Petrova');
  await named(page, 'Give the floor').hover();
  await page.mouse.down();
  mock.meeting.queue = [juan, olga];
  mock.meeting.changed('queue');
  await expect(next(page)).toContainText('Juan Pérez');
  await page.mouse.up();
  await expect.poll(() => called(mock, 'floor.grant').map(({ params }) => params.request)).toEqual([olga.request]);
  // A key does nothing while the grant before it is on its way.
  await expect.poll(async () => {
    await page.keyboard.press('n');
    return called(mock, 'floor.grant').at(-1).params.request;
  }).toBe(juan.request);
});

test('an empty list is said once', async ({ open }) => {
  const page = await open(path, chair);
  await expect(next(page)).toContainText('Nobody is waiting.');
  await expect(next(page).getByText(/Nobody is waiting/)).toHaveCount(1);
});

test('who waits for approval is not next', async ({ open, mock }) => {
  mock.meeting.add('Pending', { state: 'pending' });
  mock.meeting.add('Approved');
  const page = await open(path, chair);
  await expect(next(page)).toContainText('Approved');
});

test('a grant without a return can be forced by the chair', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  mock.meeting.returns = { connected: false };
  const page = await open(path, chair);
  await named(page, 'Give the floor').click();
  await expect(page.getByRole('alert')).toContainText('no return is connected');
  await named(page, 'Give it all the same').click();
  await expect(now(page)).toContainText('Olga Petrova');
  expect(called(mock, 'floor.grant').at(-1).params).toEqual({ request: olga.request, override: true });
});

test('the chair’s page is not for participants, but for moderators', async ({ open, mock }) => {
  people(mock.meeting);
  const refused = await open(path, { sub: 'x', role: 'participant' });
  await expect(refused.getByText('This page needs a link for another role')).toBeVisible();
  const page = await open(path, moderator);
  await expect(named(page, 'Give the floor')).toBeEnabled();
});

test('the chair’s page looks right on a tablet either way, a phone and a desk, light and dark, in either direction', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.undo_ms = 600_000;
  const page = await open(path, chair);
  await page.locator('[data-action=end]').click();
  await page.locator('.undo-words .seconds').waitFor();
  const looks = [['dark', { width: 1024, height: 768 }, 'en'], ['light', { width: 768, height: 1024 }, 'ar'], ['dark', { width: 360, height: 740 }, 'fr'], ['light', { width: 1280, height: 800 }, 'ru']];
  await eachLook(page, looks, async ({ height }) => {
    await expectGood(page);
    // What can be undone covers no button.
    const words = await page.locator('.undo-words').boundingBox();
    for (const action of ['give', 'end']) {
      const { y } = await page.locator(`[data-action=${action}]`).boundingBox();
      expect(words.y + words.height).toBeLessThanOrEqual(y);
    }
    // A thumb on a tablet finds all four without scrolling.
    for (const action of ['give', 'end', 'pause', 'undo']) {
      const box = await page.locator(`[data-action=${action}]`).boundingBox();
      expect(box.height).toBeGreaterThanOrEqual(72);
      expect(box.width).toBeGreaterThanOrEqual(100);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
    }
  });
});

test('what arrives from who is next is shown before the floor is given', async ({ open, mock }) => {
  const { olga } = people(mock.meeting);
  const page = await open(path, chair);
  await expect(next(page)).toContainText('Olga Petrova');
  mock.meeting.set(olga, { state: 'standby', media: 'decoding' });
  mock.meeting.heard(olga, { fit: null, problems: [], microphone: true, camera: true, network: 'good' });
  await expect(next(page)).toContainText('Not heard yet');
  mock.meeting.heard(olga, { fit: false, problems: ['telephone_band'], microphone: true, camera: false, network: 'poor' });
  await expect(next(page)).toContainText('Telephone sound');
  await expect(next(page)).toContainText('sound arrives');
  await expect(next(page)).toContainText('no picture');
  await expect(next(page)).toContainText('network poor');
  await expectGood(page);
});
