// A text that the secretariat reads out: handed in, read ahead by those who need it, read by all once it was delivered.
import { eachLook, enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });
const called = (mock, method) => mock.meeting.calls.filter((call) => call.method === method);
const kLooks = [['light', { width: 1280, height: 800 }, 'en'], ['dark', { width: 360, height: 740 }, 'ar']];
const kText = 'We welcome the report.\n\nThe north was left out.'; // 47 characters
const written = (mock, fields = {}) => mock.meeting.add('Nia Kamau', { kind: 'written', text: kText, ...fields });

test('a participant hands in a text without camera or microphone, and what is too long is said and not cut', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open('/room/room-a', me);
  await enter(page);
  await named(page, 'Request the floor').click();
  const form = page.getByRole('dialog', { name: 'Request the floor' });
  await expect(form.getByLabel('Your own picture')).toBeVisible();
  await form.getByRole('radio', { name: 'Written text', exact: true }).check();
  await expect(form.getByLabel('Your own picture')).toBeHidden();
  const field = form.getByLabel('Text to be read out');
  await field.fill('x'.repeat(3_002));
  await expect(form.getByRole('alert')).toContainText('2 characters too many');
  await named(form, 'Hand in the text').click();
  await expect(form).toBeVisible();
  expect(called(mock, 'floor.request')).toHaveLength(0);
  await eachLook(page, kLooks, () => expectGood(page));
  await eachLook(page, kLooks.slice(0, 1), () => undefined);
  await field.fill(kText);
  await expect(form.getByText('2,953 characters left')).toBeVisible();
  await named(form, 'Hand in the text').click();
  await expect(form).toBeHidden();
  expect(called(mock, 'floor.request')[0].params).toMatchObject({ kind: 'written', text: kText });
  const card = page.getByRole('region', { name: 'Your request' });
  await expect(card).toContainText('You need not be here.');
  await expect(card.getByRole('button', { name: 'Open camera and microphone' })).toBeHidden();
  expect(await page.evaluate(() => document.querySelectorAll('.mirror video').length)).toBe(0);
  const own = mock.meeting.queue.find(({ kind }) => kind === 'written');
  mock.meeting.set(own, { reader: 'Rosa Reader' });
  mock.meeting.onAir(own);
  await expect(card).toContainText('Your text is being read out');
  await expect(card).toContainText('read by Rosa Reader');
  await expect(page.locator('.live-banner')).toBeHidden();
  expect(mock.meeting.media.filter(({ path }) => path.startsWith('/whip'))).toHaveLength(0);
});

test('the moderator reads the text in the queue, names who reads, and everybody sees who does', async ({ open, mock }) => {
  people(mock.meeting);
  written(mock);
  const page = await open('/room/room-a/moderator', moderator);
  const stage = await open('/room/room-a/stage', null);
  const row = page.locator('.queue .row', { hasText: 'Nia Kamau' });
  await expect(row.getByRole('blockquote')).toContainText('The north was left out.');
  await expect(row).toContainText('read by the secretariat');
  await expect(named(row, 'Prepare Nia Kamau')).toBeHidden();
  await named(row, 'Who reads the text of Nia Kamau?').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Who reads it out')).toBeFocused();
  await page.keyboard.type('Rosa Reader');
  await expectGood(page);
  await page.keyboard.press('Enter');
  await expect(row).toContainText('read by Rosa Reader');
  await eachLook(page, kLooks, () => expectGood(page));
  await eachLook(page, kLooks.slice(0, 1), () => undefined);
  await named(page, 'Grant Nia Kamau').click();
  const now = page.getByRole('region', { name: 'Now' });
  await expect(now).toContainText('Nia Kamau');
  await expect(now.getByRole('blockquote')).toContainText('The north was left out.');
  await expect(stage.locator('.speaker')).toContainText('Nia Kamau');
  await expect(stage.locator('.speaker')).toContainText('read by Rosa Reader');
});

test('the moderator hands in a text for somebody', async ({ open, mock }) => {
  const page = await open('/room/room-a/moderator', moderator);
  await page.locator('[data-action=add]').click();
  const form = page.getByRole('dialog', { name: 'Add speaker' });
  await form.getByLabel('Name').fill('Nia Kamau');
  await form.getByLabel('What is it?').selectOption('written');
  await form.getByLabel('Text to be read out').fill(kText);
  await page.locator('[data-action=add-send]').click();
  await expect(form).toBeHidden();
  expect(called(mock, 'floor.add')[0].params).toMatchObject({ name: 'Nia Kamau', kind: 'written', text: kText });
});

test('an interpreter reads it ahead, a participant once it was read out', async ({ open, mock }) => {
  people(mock.meeting);
  const request = written(mock, { reader: 'Rosa Reader' });
  const booth = await open('/room/room-a', { sub: 'ines', name: 'Ines', role: 'interpreter' });
  const page = await open('/room/room-a', me);
  await enter(booth);
  await enter(page);
  const row = booth.locator('.waiting .row', { hasText: 'Nia Kamau' });
  await row.getByText('The text', { exact: false }).first().click();
  await expect(row.getByRole('blockquote')).toContainText('The north was left out.');
  await expectGood(booth);
  await expect(page.locator('.waiting .row', { hasText: 'Nia Kamau' })).toBeVisible();
  await expect(page.locator('written-text')).toHaveCount(0);
  mock.meeting.onAir(request);
  await expect(page.locator('.now-card', { hasText: 'Nia Kamau' })).toContainText('read by Rosa Reader');
  await expect(page.locator('written-text')).toHaveCount(0);
  mock.meeting.end(request, 'released');
  const list = page.getByRole('list', { name: 'Texts that were read out' });
  await expect(list).toContainText('read by Rosa Reader');
  expect(called(mock, 'floor.text')).toHaveLength(1);
  await list.locator('summary').click();
  await expect(list.getByRole('blockquote')).toContainText('The north was left out.');
  await eachLook(page, kLooks, () => expectGood(page));
});

test('a text that cannot be fetched is said, and asked for again', async ({ open, mock }) => {
  const request = written(mock, { kind: 'written' });
  const booth = await open('/room/room-a', { sub: 'ines', name: 'Ines', role: 'interpreter' });
  await enter(booth);
  mock.meeting.texts.delete(request.request);
  const row = booth.locator('.waiting .row', { hasText: 'Nia Kamau' });
  await row.locator('summary').click();
  await expect(row.getByRole('alert')).toContainText('could not be fetched');
  mock.meeting.texts.set(request.request, kText);
  await named(row, 'Try again').click();
  await expect(row.getByRole('blockquote')).toContainText('We welcome the report.');
});
