// What a browser keeps of its devices over a reload. Without windows Chromium gives them other names with each page.
import { kChromiumWithWindows } from '../chromium.mjs';
import { ask, enter, expect, me, test } from './fixture.mjs';

const named = (page, name) => page.getByRole('button', { name, exact: true });

test.use({ launchOptions: kChromiumWithWindows });

test('a reload opens the same devices again without a press, as muted as they were; another tab waits to be entered', async ({ open, mock }) => {
  const page = await open('/room/room-a', me);
  await enter(page);
  await ask(page);
  const own = page.getByRole('region', { name: 'Your request' });
  mock.meeting.onAir(mock.meeting.queue[0]);
  await expect(own).toContainText('You are live');
  await named(page, 'Mute my microphone').click();
  const posts = () => mock.meeting.media.filter(({ method, path }) => method === 'POST' && path === '/whip/room-a/floor').length;
  expect(posts()).toBe(1);
  await page.reload();
  await expect(own).toContainText('You are live');
  await expect(own.getByLabel('Your own picture')).toBeVisible();
  await expect(named(page, 'Unmute my microphone')).toBeVisible();
  await expect.poll(posts).toBe(2);

  const other = await open('/room/room-a', me);
  await other.reload();
  await expect(named(other, 'Just watch')).toBeVisible();
  expect(posts()).toBe(2);
  await enter(other);
  await expect.poll(posts).toBe(3);
});
