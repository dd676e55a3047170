// The device check: what is measured on the real path, in words, before anybody asks for the floor.
import { eachLook, enter, expect, expectGood, me, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name });
const checks = (mock) => mock.meeting.media.filter(({ method, path }) => method === 'POST' && path.endsWith('/check'));
const ends = (mock) => mock.meeting.media.filter(({ method, path }) => method === 'DELETE' && path.includes('/check/'));
const kTelephone = { fit: false, problems: ['telephone_band'], band_hz: [300, 3_400], level_db: -24, microphone: true, network: 'good' };

async function check(page, mock) {
  await named(page, 'I want to speak').click();
  await expect(page.locator('[data-way=udp]')).toContainText('works');
  await expect.poll(() => checks(mock).length).toBe(1);
}

test('a telephone-band microphone is told so before anything is asked for, and remembered', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await check(page, mock);
  mock.meeting.checked('p-li', { readiness: kTelephone });
  await expect(page.getByRole('status').first()).toContainText('Your microphone sounds like a telephone');
  await expect(page.locator('device-check')).toContainText('300 Hz–3.4 kHz');
  await expectGood(page);
  await named(page, 'Enter the meeting').click();
  await expect(named(page, 'Request the floor')).toBeVisible();
  await expect.poll(() => ends(mock).length, 'the check ends with the page that shows it').toBe(1);
  expect(mock.meeting.calls.map(({ method }) => method)).not.toContain('floor.request');
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await expect(page.locator('.last-check')).toContainText('Telephone sound');
});

test('the check can be skipped, whatever the browser or the server says', async ({ open, mock }) => {
  mock.meeting.refuse_check = 'checks_busy';
  const page = await open('/room/room-a', me);
  await named(page, 'I want to speak').click();
  await expect(page.getByRole('status').first()).toContainText('Many people are checking their devices now');
  await expectGood(page);
  await named(page, 'Enter without this check').click();
  await expect(named(page, 'Request the floor')).toBeVisible();
});

test('a browser without any of the formats hears it in the check', async ({ open, mock }) => {
  mock.meeting.no_codec = true;
  const page = await open('/room/room-a', me);
  await named(page, 'I want to speak').click();
  await expect(page.getByRole('status').first()).toContainText('This browser has none of the formats');
});

test('a room that is starting is waited for', async ({ open, mock }) => {
  mock.meeting.refuse_check = 'room_restarting';
  const page = await open('/room/room-a', me);
  await named(page, 'I want to speak').click();
  await expect(page.getByRole('status').first()).toContainText('The room is starting');
  mock.meeting.refuse_check = null;
  await expect(page.locator('[data-way=udp]')).toContainText('works', { timeout: 20_000 });
  mock.meeting.checked('p-li', { readiness: { fit: true, problems: [], microphone: true, network: 'good' } });
  await expect(page.getByRole('status').first()).toContainText('good enough for the interpreters');
  // It is away again: the page comes back by itself.
  const before = checks(mock).length;
  mock.meeting.endCheck('p-li', 'room_restarting');
  await expect.poll(() => checks(mock).length).toBeGreaterThan(before);
});

test('after a minute it is over, and begins anew when asked to', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await check(page, mock);
  mock.meeting.endCheck('p-li', 'time_over');
  await expect(page.getByRole('status').first()).toContainText('The check is over after a minute');
  await expect.poll(() => ends(mock).length).toBe(1);
  await named(page, 'Check again').click();
  await expect.poll(() => checks(mock).length).toBe(2);
});

test('five seconds of the own voice are recorded and played back', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await check(page, mock);
  const record = page.locator('[data-action=record]');
  await record.click();
  await expect(record).toHaveAttribute('data-state', 'recording');
  await expect(record).toHaveAttribute('data-state', 'playing', { timeout: 30_000 });
  await expect(record).toHaveText('This is how you sound');
  await record.click();
  await expect(record).toHaveAttribute('data-state', 'idle');
});

test('a permission that is taken back is explained', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await check(page, mock);
  await page.evaluate(() => document.querySelector('.mirror video').srcObject.getTracks()[0].dispatchEvent(new Event('ended')));
  await expect(page.getByRole('alert')).toContainText('its permission was taken back');
  await expectGood(page);
  await named(page, 'Try again').click();
  await expect(page.getByLabel('Your own picture')).toBeVisible();
  await expect.poll(() => checks(mock).length).toBeGreaterThan(1);
});

test('it is there later on, too: from the page, and from the form', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await page.locator('.controls [data-action=check]').click();
  const dialog = page.getByRole('dialog', { name: 'Check your camera and microphone' });
  await expect(dialog.locator('[data-way=udp]')).toContainText('works');
  mock.meeting.checked('p-li', { readiness: kTelephone });
  await expect(dialog).toContainText('Your microphone sounds like a telephone');
  await expectGood(page);
  await page.keyboard.press('Escape');
  await expect.poll(() => ends(mock).length).toBe(1);
  await named(page, 'Request the floor').click();
  await page.locator('#request [data-action=check]').click();
  await expect(dialog.locator('[data-way=udp]')).toContainText('works');
  await page.keyboard.press('Escape');
  await expect(page.locator('#request .mirror video'), 'the form keeps its devices').toBeVisible();
});

test('every state of it is accessible, light and dark, in either direction', async ({ open, mock }) => {
  const size = { width: 1280, height: 800 };
  const looks = [['light', size, 'ar'], ['dark', size, 'en']];
  const page = await open('/room/room-a', me);
  await page.locator('[data-action=speak]').click();
  await page.locator('[data-way=udp] [data-look=good]').waitFor();
  await eachLook(page, looks, () => expectGood(page));
  mock.meeting.checked('p-li', { readiness: kTelephone });
  await page.locator('.says[data-look=bad]').waitFor();
  await eachLook(page, looks, () => expectGood(page));
  mock.meeting.checked('p-li', { readiness: { fit: true, problems: [], band_hz: [100, 15_000], network: 'good', microphone: true, camera: true } });
  await page.locator('.says[data-look=good]').waitFor();
  await eachLook(page, looks, () => expectGood(page));
});
