// What the moderator is told about the list's order and the item's time, and decides by themselves.
import { enter, expect, expectGood, me, moderator, people, test } from './fixture.mjs';

const room = '/room/room-a';
const desk = `${room}/moderator`;

test('whom balance would have next is a word beside the row and beside the balance, and moves nobody', async ({ open, mock }) => {
  const { juan } = people(mock.meeting);
  const page = await open(desk, moderator);
  await expect(page.locator('.queue .row .name')).toHaveText(['Olga Petrova', 'Juan Pérez']);
  await expect(page.locator('.advised')).toHaveCount(0);
  mock.meeting.advice = juan.request;
  mock.meeting.changed('advice');
  await expect(page.locator('.queue .row', { hasText: 'Juan Pérez' })).toContainText('Next by balance');
  await expect(page.getByRole('region', { name: 'Balance' })).toContainText('By balance, Juan Pérez would be next.');
  await expect(page.locator('.queue .row .name')).toHaveText(['Olga Petrova', 'Juan Pérez']);
  mock.meeting.advice = null;
  mock.meeting.changed('advice');
  await expect(page.locator('.advised')).toHaveCount(0);
});

test('a meeting that takes no replies offers none', async ({ open, mock }) => {
  people(mock.meeting);
  mock.meeting.setMeeting({ replies: false });
  const page = await open(room, me);
  await enter(page);
  await page.getByRole('button', { name: 'Request the floor', exact: true }).click();
  await expect(page.getByRole('radio', { name: 'Question' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Reply', exact: true })).toHaveCount(0);
  mock.meeting.setMeeting({ replies: true });
  await expect(page.getByRole('radio', { name: 'Reply', exact: true })).toBeVisible();
});

test('replies to the present speaker are marked for as long as they are that', async ({ open, mock }) => {
  people(mock.meeting);
  const reply = mock.meeting.add('Rosa', { kind: 'reply', reason: 'reply' });
  const page = await open(desk, moderator);
  const row = page.locator('.queue .row', { hasText: 'Rosa' });
  await expect(row).toHaveAttribute('data-reply', 'true');
  await expect(row).toContainText('reply to the present speaker');
  await expectGood(page);
  mock.meeting.set(reply, { reason: 'asked_order' });
  await expect(row).toHaveAttribute('data-reply', 'false');
});

test('an item has the time that is planned for it, and its clock says when that is over', async ({ open, mock }) => {
  people(mock.meeting);
  const page = await open(desk, moderator);
  const agenda = page.getByRole('region', { name: 'Agenda' });
  await page.getByRole('button', { name: 'Edit the agenda' }).click();
  await page.getByRole('textbox', { name: /Items, one a line/ }).fill('1 Opening (10 min)\n2 Connectivity');
  await page.getByRole('button', { name: 'Save the agenda' }).click();
  await expect(agenda.getByRole('listitem')).toContainText([/1.*Opening.*10 min planned/, /2.*Connectivity/]);
  expect(mock.meeting.agenda.items).toEqual([{ item: '1', title: 'Opening', minutes: 10 }, { item: '2', title: 'Connectivity' }]);
  await expect(page.getByRole('textbox', { name: /Items, one a line/ })).toBeHidden();
  await page.keyboard.press(']');
  await expect(agenda.locator('item-clock')).toContainText('/ 10:00');
  await expect(agenda.locator('item-clock')).toHaveAttribute('data-over', 'false');
  mock.meeting.agenda = { ...mock.meeting.agenda, since: Date.now() - 601_000 };
  mock.meeting.changed('agenda');
  await expect(agenda.locator('item-clock')).toHaveAttribute('data-over', 'true');
  await expect(agenda.locator('item-clock')).toContainText('over the planned time');
  await expectGood(page);
  // What is written is read back, whoever edits it next.
  await page.getByRole('button', { name: 'Edit the agenda' }).click();
  await expect(page.getByRole('textbox', { name: /Items, one a line/ })).toHaveValue('1 Opening (10 min)\n2 Connectivity');
});
