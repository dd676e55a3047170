// Whom a moderator adds by name.
import { eachLook, expect, expectGood, moderator, test } from './fixture.mjs';

const kLooks = [['light', { width: 1280, height: 800 }, 'en'], ['dark', { width: 360, height: 740 }, 'ar']];
const added = (mock) => mock.meeting.calls.filter(({ method }) => method === 'floor.add').map(({ params }) => params);

test('the moderator may say title, country and rank of whom they add', async ({ open, mock }) => {
  const page = await open('/room/room-a/moderator', moderator);
  await page.locator('[data-action=add]').click();
  const form = page.getByRole('dialog', { name: 'Add speaker' });
  await form.getByText('Title, country, protocol rank').click();
  await eachLook(page, kLooks, () => expectGood(page));
  await eachLook(page, kLooks.slice(0, 1), () => undefined);
  await form.getByLabel('Name').fill('Abena Owusu');
  await form.getByLabel('Title, such as Minister').fill('Minister');
  await form.getByLabel('Country').fill('Ghana');
  await form.getByLabel('Protocol rank').fill('2');
  await page.locator('[data-action=add-send]').click();
  await expect(form).toBeHidden();
  expect(added(mock)[0]).toMatchObject({ name: 'Abena Owusu', title: 'Minister', country: 'Ghana', rank: 2 });
  await page.locator('[data-action=add]').click();
  await form.getByLabel('Name').fill('Nia Kamau');
  await page.locator('[data-action=add-send]').click();
  await expect(form).toBeHidden();
  for (const member of ['title', 'country', 'rank']) expect(added(mock)[1]).not.toHaveProperty(member);
});
