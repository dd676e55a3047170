import { encode } from 'uqr';

import { eachLook, expect, expectGood, me, test } from './fixture.mjs';
import { usedLinks } from '../mock-links.mjs';

const organiser = { sub: 'org', name: 'Organiser', role: 'organiser' };
const kHeld = { delay: 1_000 };
const named = (page, name) => page.getByRole('button', { name, exact: true });
const room = (page) => page.getByRole('region', { name: 'Room A' });

async function send(page, name, role = 'Participant') {
  await page.locator('[name=name]').fill(name);
  await page.locator('[name=organisation]').fill('Ministry of Posts');
  await page.locator('[name=role]').selectOption({ label: role });
  await named(page, 'Make the link').click();
}

async function make(page, name, role) {
  await send(page, name, role);
  await page.locator('dialog#link[open]').waitFor();
}

test('a link is made, shown as a QR code, and listed', async ({ open }) => {
  const page = await open('/organiser', organiser);
  await expect(page.getByText('No link has been made yet.').first()).toBeVisible();
  await expectGood(page);
  await make(page, 'Amina Diallo', 'Moderator');
  await expect(page.getByRole('img', { name: 'QR code of Amina Diallo' })).toBeVisible();
  await expect(page.getByRole('dialog').getByLabel('Link', { exact: true })).toHaveValue(/^http.*#token=/);
  await expectGood(page);
  await page.keyboard.press('Escape');
  const row = page.getByRole('listitem').filter({ hasText: 'Amina Diallo' });
  await expect(row).toContainText('Moderator');
  await expect(row).toContainText('Ministry of Posts');
  await expect(row).toContainText('Valid until');
  await expect(page.locator('[name=name]')).toHaveValue('');
  await expectGood(page);
});

test('the QR code on the screen is the link’s, module by module', async ({ open }) => {
  const page = await open('/organiser', organiser);
  await make(page, 'Amina Diallo', 'Participant');
  const link = await page.getByRole('dialog').getByLabel('Link', { exact: true }).inputValue();
  const { data, size } = encode(link, { ecc: 'L', border: 4 });
  const shot = await page.locator('#link .qr').screenshot();
  // The middle of each module, as a camera sees it.
  const seen = await page.evaluate(
    async ({ png, size }) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))], { type: 'image/png' }));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      const at = (module, pixels) => Math.floor(((module + 0.5) * pixels) / size);
      const dark = (x, y) => context.getImageData(at(x, image.width), at(y, image.height), 1, 1).data[0] < 128;
      return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => dark(x, y)));
    },
    { png: shot.toString('base64'), size },
  );
  expect(seen).toEqual(data);
});

test('a link is copied', async ({ context, open }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await open('/organiser', organiser);
  await make(page, 'Li Wei');
  await page.keyboard.press('Escape');
  await named(page, 'Copy the link of Li Wei').click();
  await expect(page.getByRole('status').filter({ hasText: 'Li Wei' })).toContainText('copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('#token=');
});

test('without a clipboard the link is shown to be taken by hand', async ({ context, open }) => {
  await context.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  const page = await open('/organiser', organiser);
  await make(page, 'Li Wei');
  await page.keyboard.press('Escape');
  await named(page, 'Copy the link of Li Wei').click();
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  expect(await page.evaluate(() => getSelection().toString() || document.activeElement.value)).toContain('#token=');
  await expectGood(page);
});

test('a link is revoked by a press that lasts, and stays in the list', async ({ open, mock }) => {
  const page = await open('/organiser', organiser);
  await make(page, 'Olga Petrova');
  await page.keyboard.press('Escape');
  await named(page, 'Revoke the link of Olga Petrova').click();
  await expect(page.getByRole('status').filter({ hasText: 'Hold “Revoke”' })).toHaveAttribute('data-slipped', 'true');
  await expect(named(page, 'Copy the link of Olga Petrova')).toBeVisible();
  expect(mock.meeting.links[0].revoked).toBe(false);
  await named(page, 'Revoke the link of Olga Petrova').click(kHeld);
  const row = page.getByRole('listitem').filter({ hasText: 'Olga Petrova' });
  await expect(row).toContainText('Revoked');
  await expect(row.getByRole('button')).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: 'Hold “Revoke”' })).toHaveAttribute('data-slipped', 'false');
});

test('a refused revocation is told, and the link stays', async ({ open, mock }) => {
  mock.meeting.links = usedLinks();
  const page = await open('/organiser', organiser);
  await expect(named(page, 'Revoke the link of Amina Diallo')).toBeVisible();
  mock.meeting.links = mock.meeting.links.filter(({ id }) => id !== 'amina');
  await named(page, 'Revoke the link of Amina Diallo').click(kHeld);
  await expect(page.getByRole('alert')).toContainText('no such link');
});

test('each link says who made it, when it ends and how it stands', async ({ open, mock }) => {
  mock.meeting.links = usedLinks();
  const page = await open('/organiser', organiser);
  const row = (name) => room(page).getByRole('listitem').filter({ hasText: name });
  await expect(row('Amina Diallo')).toContainText('Valid until');
  await expect(row('Amina Diallo')).toContainText('Made');
  await expect(row('Technician').first()).toContainText('Made elsewhere');
  await expect(row('Technician').first()).toContainText('All rooms');
  await expect(row('Technician').first().getByRole('button')).toHaveCount(1);
  await expect(row('Secretariat').filter({ hasText: 'Your own link' }).getByRole('button')).toHaveCount(0);
  await expect(row('Eve')).toContainText('Removed by a moderator');
  await expect(row('Ana Silva')).toContainText('Expired');
  await expectGood(page);
  await page.getByLabel('Find a name').fill('perez');
  await expect(room(page).getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('Find a name').fill('nobody like that');
  await expect(room(page)).toContainText('Nobody of that name');
});

test('many people are made at once, and none when a line is not understood', async ({ open, mock }) => {
  const page = await open('/organiser', organiser);
  await page.getByText('Several people at once').click();
  const people = page.getByLabel('People', { exact: true });
  await people.fill('Amina Diallo, Ministry, government\nLi Wei; Coalition; nobility');
  await named(page, 'Make the links').click();
  await expect(page.getByRole('alert')).toContainText('Li Wei; Coalition; nobility');
  expect(mock.meeting.links ?? []).toHaveLength(0);
  await expectGood(page);
  await people.fill('Amina Diallo, Ministry, Government\nnobody, X\nOlga Petrova');
  await named(page, 'Make the links').click();
  await expect(page.getByRole('alert')).toContainText('cannot save');
  await expect(people).toHaveValue('nobody, X\nOlga Petrova');
  await people.fill('Olga Petrova');
  await named(page, 'Make the links').click();
  await expect(people).toHaveValue('');
  await expect(room(page).getByRole('listitem')).toHaveCount(2);
  expect(mock.meeting.links[0]).toMatchObject({ name: 'Amina Diallo', organisation: 'Ministry', category: 'government', role: 'participant' });
  await people.fill('Abena Owusu; Ministry; government; Minister; Ghana; first');
  await named(page, 'Make the links').click();
  await expect(page.getByRole('alert')).toContainText('a rank that is not a whole number from 1');
  await people.fill('Abena Owusu; Ministry; government; Minister; Ghana; 1');
  await named(page, 'Make the links').click();
  await expect(people).toHaveValue('');
  expect(mock.meeting.links[2]).toMatchObject({ name: 'Abena Owusu', title: 'Minister', country: 'Ghana', rank: 1 });
});

test('title, country and protocol rank are asked for only when wanted, and listed', async ({ open, mock }) => {
  const page = await open('/organiser', organiser);
  await expect(page.getByLabel('Protocol rank')).toBeHidden();
  const more = page.getByText('Title, country, protocol rank', { exact: true });
  await more.click();
  await expect(page.getByText('1 speaks before 2')).toBeVisible();
  await expectGood(page);
  await page.getByLabel('Title, such as Minister').fill('Minister');
  await page.getByLabel('Country', { exact: true }).fill('Ghana');
  await page.getByLabel('Protocol rank').fill('0');
  await more.click();
  await send(page, 'Abena Owusu');
  // What is wrong with it is in view.
  await expect(page.getByLabel('Protocol rank')).toBeVisible();
  expect(mock.meeting.links ?? []).toHaveLength(0);
  await page.getByLabel('Protocol rank').fill('2');
  await named(page, 'Make the link').click();
  await page.locator('dialog#link[open]').waitFor();
  await page.keyboard.press('Escape');
  expect(mock.meeting.links[0]).toMatchObject({ title: 'Minister', country: 'Ghana', rank: 2 });
  const row = room(page).getByRole('listitem');
  for (const fact of ['Minister · Ministry of Posts · Ghana', 'Rank 2']) await expect(row).toContainText(fact);
  for (const name of ['title', 'country', 'rank']) await expect(page.locator(`form.make [name=${name}]`)).toHaveValue('');
  await expectGood(page);
});

test('who is in the room has a link that says so, and a card to be printed', async ({ context, open }) => {
  await context.addInitScript(() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; });
  const page = await open('/organiser', organiser);
  await expect(page.locator('[data-action=sheet]')).toHaveCount(0);
  await page.getByLabel('Is in the room').check();
  await page.getByText('Title, country, protocol rank', { exact: true }).click();
  await page.getByLabel('Title, such as Minister').fill('Minister');
  await make(page, 'Juan Pérez');
  await expect(page.getByRole('dialog').getByLabel('Link', { exact: true })).toHaveValue(/&where=room$/);
  await page.keyboard.press('Escape');
  await named(page, 'Print 1 card for the room').click();
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.poster')).toHaveCount(1);
  await expect(page.locator('.poster p')).toContainText(['Juan Pérez', 'Minister', 'Ministry of Posts']);
  await expect(page.locator('.poster .qr')).toBeVisible();
  await expect(page.locator('.organiser')).toBeHidden();
  expect(await page.evaluate(() => window.printed)).toBe(1);
});

test('a refusal is told in words, and nothing typed is lost', async ({ open }) => {
  const page = await open('/organiser', organiser);
  await send(page, 'nobody');
  await expect(page.getByRole('alert')).toContainText('cannot save');
  await expect(page.locator('[name=name]')).toHaveValue('nobody');
});

test('names are text in every place', async ({ open }) => {
  const page = await open('/organiser', organiser);
  const evil = '<img src=x onerror="window.__ran = true">';
  await make(page, evil);
  await expect(page.getByRole('dialog')).toContainText(evil);
  await page.keyboard.press('Escape');
  await expect(room(page).getByRole('listitem')).toContainText(evil);
  expect(await page.evaluate(() => window.__ran)).toBeUndefined();
});

test('who is no organiser is told so', async ({ open }) => {
  const page = await open('/organiser', me);
  await expect(page.getByRole('alert')).toContainText('organiser');
  await expect(named(page, 'Make the link')).toHaveCount(0);
  await expectGood(page);
});

test('the list reads well, light and dark, in either direction', async ({ open, mock }) => {
  const size = { width: 1280, height: 800 };
  const looks = [['light', size, 'en'], ['dark', size, 'en'], ['light', size, 'ar'], ['dark', size, 'ar']];
  mock.meeting.links = usedLinks();
  const page = await open('/organiser', organiser);
  await page.locator('.link[data-standing=removed]').waitFor();
  await page.locator('.many summary').click();
  await eachLook(page, looks, () => expectGood(page));
  await page.locator('[data-action=qr]').first().click();
  await page.locator('#link .qr').waitFor();
  await eachLook(page, looks, () => expectGood(page));
});

test('everything is there in Arabic too', async ({ open }) => {
  const page = await open('/organiser', organiser, '?lang=ar');
  await page.locator('input[name=name]').fill('منى الخطيب');
  await page.locator('[data-action=make]').click();
  await expect(page.locator('#link .qr')).toBeVisible();
  await expectGood(page);
});
