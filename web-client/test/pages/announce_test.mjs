// What a screen reader is told: the text of live regions that were there before it changed.
import { enter, expect, me, people, test } from './fixture.mjs';

// A region that comes with its words is read out by no screen reader, and one that is not rendered by none either.
const listen = () => {
  window.told = [];
  const regions = '[role=status], [role=alert], [aria-live]';
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target)?.closest?.(regions);
      if (!region?.isConnected || !region.checkVisibility() || region.closest('[aria-hidden=true]')) continue;
      const text = region.textContent.replace(/\s+/g, ' ').trim();
      const last = window.told.findLast((said) => said.region === region);
      if (text && text !== last?.text) window.told.push({ region, text, live: region.ariaLive ?? (region.role === 'alert' ? 'assertive' : 'polite') });
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
};
const told = (page) => page.evaluate(() => window.told.map(({ text, live }) => [live, text]));

test('own place, call, live, and time that is nearly over and over are read out', async ({ open, mock }) => {
  const { olga, juan } = people(mock.meeting);
  const page = await open('/room/room-a', me);
  await enter(page);
  await page.evaluate(listen);
  const hears = (live, text) => expect.poll(() => told(page)).toContainEqual([live, text]);
  await page.getByRole('button', { name: 'Request the floor', exact: true }).click();
  await page.getByRole('button', { name: 'Ask for the floor' }).click();
  await hears('assertive', 'You are number 3 in the list');
  const own = mock.meeting.queue[2];
  mock.meeting.end(olga, 'withdrawn');
  await hears('assertive', 'You are number 2 in the list');
  mock.meeting.end(juan, 'withdrawn');
  await hears('assertive', 'You are number 1 in the list');
  mock.meeting.set(own, { state: 'standby' });
  await hears('assertive', 'Next You are next: check your picture');
  mock.meeting.end(mock.meeting.floor[0], 'released');
  mock.meeting.onAir(own);
  await hears('assertive', 'Live You are live');
  // 31 s would be too early, and none of it is said before.
  expect((await told(page)).filter(([, text]) => text.startsWith('Your time'))).toEqual([]);
  mock.meeting.set(own, { elapsed_ms: 150_000 });
  await hears('polite', 'Your time is nearly over.');
  mock.meeting.set(own, { elapsed_ms: 180_000 });
  await hears('polite', 'Your time is over.');
  mock.meeting.end(own, 'released');
  await expect.poll(async () => (await told(page)).at(-1)?.[1]).toMatch(/, thank you$/);
  // Each once, in this order, whatever a clock does between.
  const words = (await told(page)).map(([, text]) => text).filter((text) => /number|next|live$|Your time/.test(text));
  expect(words).toEqual([
    'You are number 3 in the list', 'You are number 2 in the list', 'You are number 1 in the list', 'Next You are next: check your picture', 'Live You are live',
    'Your time is nearly over.', 'Your time is over.',
  ]);
});
