// What the server does by itself is said before it happens: whoever is called has seconds to answer, the floor of who is held is
// kept for a while, and a microphone may close. And the speaker's own clock, on a screen of its own.
import { chair, enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const room = '/room/room-a';
const own = (mock, fields = {}) => mock.meeting.add('Li Wei', { ...me, participant: 'p-li', ...fields });
const soon = (seconds) => Date.now() + seconds * 1_000;

test('who is called reads how long there is to answer, until they did; and so does the moderator', async ({ open, mock }) => {
  people(mock.meeting);
  const request = own(mock);
  const page = await open(room, me);
  await enter(page);
  const desk = await open(`${room}/moderator`, moderator);
  await expect(page.locator('.deadline')).toBeHidden();
  mock.meeting.set(request, { state: 'standby', changed_at: Date.now(), answer_by: soon(90) });
  await expect(page.locator('.own-card')).toContainText(/1:\d\d left to answer, else the next one is called/);
  await expect(page.locator('.own-card .call')).toHaveText(/Answer within 90 s, else the next one is called\./);
  const row = desk.locator('.queue .row', { hasText: 'Li Wei' });
  await expect(row).toContainText(/1:\d\d to answer/);
  const first = await page.locator('.deadline .digits').textContent();
  await expect(page.locator('.deadline .digits')).not.toHaveText(first); // it runs
  mock.meeting.set(request, { ready: true, answer_by: undefined });
  await expect(page.locator('.deadline')).toBeHidden();
  await expect(row).not.toContainText('to answer');
});

test('a chair sees whether who is next has answered, or how long there still is', async ({ open, mock }) => {
  const request = own(mock);
  const page = await open(`${room}/chair`, chair);
  const next = page.getByRole('region', { name: /^Next/ });
  await expect(next).toContainText('Li Wei');
  await expect(next).not.toContainText('to answer');
  mock.meeting.set(request, { state: 'standby', changed_at: Date.now(), answer_by: soon(90) });
  await expect(next).toContainText(/1:\d\d to answer/);
  await expectGood(page);
  mock.meeting.set(request, { ready: true, answer_by: undefined });
  await expect(next).not.toContainText('to answer');
});

test('nobody is hurried where the moderator decides', async ({ open, mock }) => {
  const request = own(mock);
  const page = await open(room, me);
  await enter(page);
  mock.meeting.set(request, { state: 'standby', changed_at: Date.now() });
  await expect(page.getByText('You are next: check your picture')).toBeVisible();
  await expect(page.locator('.own-card')).not.toContainText('answer');
});

test('how long the floor is kept for who is held stands on all sides', async ({ open, mock }) => {
  const request = own(mock);
  mock.meeting.onAir(request);
  const page = await open(room, me);
  await enter(page);
  const desk = await open(`${room}/moderator`, moderator);
  mock.meeting.set(request, { state: 'held', running_since: null, elapsed_ms: 42_000, kept_until: soon(90) });
  await expect(page.locator('.own-card')).toContainText(/The floor is kept for you for 1:\d\d/);
  const lectern = await open(`${room}/chair`, chair);
  for (const each of [desk, lectern]) await expect(each.getByRole('region', { name: 'Now' })).toContainText(/kept for 1:\d\d/);
});

test('a microphone that the meeting closes is announced by name, on every page, and not before the time is over', async ({ open, mock }) => {
  const request = own(mock);
  mock.meeting.onAir(request);
  mock.meeting.set(request, { closes_at: soon(180 + 90) });
  const page = await open(room, me);
  await enter(page);
  const others = await Promise.all([open(room, null), open(`${room}/moderator`, moderator), open(`${room}/chair`, chair), open(`${room}/stage`, null), open(`${room}/timer`, null)]);
  await enter(others[0]);
  const closing = /Li Wei: microphone closes in 1:\d\d/;
  await expect(page.getByText('You are live', { exact: true })).toBeVisible();
  for (const each of [page, ...others]) await expect(each.locator('closing-note .state').first()).toBeHidden();
  mock.meeting.set(request, { running_since: Date.now() - 181_000, closes_at: soon(89) });
  for (const each of [page, ...others]) await expect(each.locator('closing-note .state:visible').first()).toHaveText(closing);
  await expect(page.locator('.own-card [role=status]', { hasText: 'Li Wei: the microphone is about to close by itself.' })).toBeAttached();
});

test('the speaker’s clock shows whose time it is and what is left; without a speaker, the hour', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(`${room}/timer`, null);
  await expect(page).toHaveTitle('Speaker’s clock');
  await expect(page.locator('main')).toContainText('Amina Diallo');
  await expect(page.locator('speech-clock')).toHaveText(/2:\d\d|3:00/);
  mock.meeting.set(mock.meeting.floor[0], { elapsed_ms: 200_000 });
  await expect(page.locator('speech-clock[data-phase=over]')).toContainText('+');
  await expectGood(page);
  // It is the interrupted speech's no more while a point of order lasts.
  mock.meeting.set(mock.meeting.floor[0], { state: 'paused', running_since: null });
  mock.meeting.onAir(mock.meeting.add('Jorge', { kind: 'point_of_order', limit_s: 60 }));
  await expect(page.locator('main')).toContainText('Jorge');
  await expect(page.locator('main')).not.toContainText('Amina Diallo');
  for (const speaker of [...mock.meeting.floor]) mock.meeting.end(speaker, 'released');
  await expect(page.getByText('Nobody has the floor')).toBeVisible();
  await expect(page.locator('day-clock')).toHaveText(/\d\d:\d\d:\d\d/);
});

test('how long the meeting is live stands in the head, by the server’s clock, and is read out by nobody', async ({ context, open, mock }) => {
  const { olga } = people(mock.meeting);
  // This device is an hour ahead.
  await context.addInitScript('const own = Date.now; Date.now = () => own() + 3_600_000;');
  const page = await open(room, me);
  await enter(page);
  const head = page.locator('.head-live');
  await expect(head).toHaveText('Live');
  mock.meeting.setMeeting({ live_since: Date.now() - 2_530_000 });
  await expect(head).toHaveText(/^Live\s+00:4[2-9]:\d\d$/);
  const first = await head.textContent();
  await expect(head).not.toHaveText(first); // it runs
  expect(await head.evaluate((element) => element.closest('[aria-live], [role=status], [role=alert], [role=timer]'))).toBe(null);
  // Between two speeches it runs on, without the red of who is on air.
  mock.meeting.end(mock.meeting.floor[0], 'released', 'finished');
  await expect(head).toHaveText(/^In session\s+00:4[2-9]:\d\d$/);
  await expectGood(page);
  mock.meeting.onAir(olga);
  await expect(head).toHaveText(/^Live\s+00:4[2-9]:\d\d$/);
  mock.meeting.end(olga, 'released', 'finished');
  mock.meeting.setMeeting({ state: 'suspended' });
  await expect(head).toHaveCount(0);
  mock.meeting.setMeeting({ state: 'live' });
  await expect(head).toHaveText(/^In session\s+00:00:\d\d$/);
});
