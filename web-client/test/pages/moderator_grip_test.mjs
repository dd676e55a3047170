// A row of the moderator's list is taken by its grip and dropped at another place, with a mouse or a finger.
import { chooseLanguage, expect, expectGood, moderator, people, test } from './fixture.mjs';

const path = '/room/room-a/moderator';
const row = (page, name) => page.locator('.queue-box .row', { hasText: name });
const names = (mock) => mock.meeting.queue.map(({ person }) => person.name);
const moves = (mock) => mock.meeting.calls.filter(({ method }) => method === 'floor.move').map(({ params }) => params);
const moved_on = 'Things have moved on since: it stays as it is.';

function fill(mock) {
  const { olga, juan } = people(mock.meeting);
  return { olga, juan, nia: mock.meeting.add('Nia'), tom: mock.meeting.add('Tom') };
}

// All rows of a short list are in sight.
test.use({ viewport: { width: 1280, height: 1200 } });

const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
const gripOf = async (page, name) => middle(await row(page, name).locator('.grip').boundingBox());

// A place above the row's middle, or below it.
async function placeAt(page, name, where) {
  const { y, height } = await row(page, name).boundingBox();
  return y + height * (where === 'above' ? 0.25 : 0.75);
}

async function take(page, name) {
  const { x, y } = await gripOf(page, name);
  await page.mouse.move(x, y);
  await page.mouse.down();
  return x;
}

test('a row is dragged by its grip to another place, up and down and to the end', async ({ open, mock }) => {
  const { olga, juan, nia, tom } = fill(mock);
  const page = await open(path, moderator);
  let x = await take(page, 'Tom');
  await page.mouse.move(x, await placeAt(page, 'Juan', 'above'), { steps: 5 });
  await expect(row(page, 'Juan Pérez')).toHaveAttribute('data-drag', 'before');
  await expect(row(page, 'Tom')).toHaveAttribute('data-drag', 'taken');
  await expectGood(page);
  await page.mouse.up();
  await expect.poll(() => names(mock)).toEqual(['Olga Petrova', 'Tom', 'Juan Pérez', 'Nia']);
  await expect(page.locator('.row[data-drag]')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Tom', exact: true, pressed: true })).toBeVisible();
  await expect(row(page, 'Juan Pérez').locator('.position')).toHaveText('3');
  x = await take(page, 'Olga');
  await page.mouse.move(x, await placeAt(page, 'Juan', 'below'), { steps: 5 });
  await expect(row(page, 'Nia')).toHaveAttribute('data-drag', 'before');
  await page.mouse.up();
  await expect.poll(() => names(mock)).toEqual(['Tom', 'Juan Pérez', 'Olga Petrova', 'Nia']);
  await expect(row(page, 'Tom').locator('.position')).toHaveText('1');
  x = await take(page, 'Tom');
  await page.mouse.move(x, await placeAt(page, 'Nia', 'below'), { steps: 5 });
  await expect(row(page, 'Nia')).toHaveAttribute('data-drag', 'after');
  await page.mouse.up();
  await expect.poll(() => names(mock)).toEqual(['Juan Pérez', 'Olga Petrova', 'Nia', 'Tom']);
  expect(moves(mock)).toEqual([
    { request: tom.request, before: juan.request },
    { request: olga.request, before: nia.request },
    { request: tom.request, before: null },
  ]);
});

test('Escape, a press without a way, and a drop where the row lies move nobody', async ({ open, mock }) => {
  fill(mock);
  const page = await open(path, moderator);
  let x = await take(page, 'Tom');
  await page.mouse.move(x, await placeAt(page, 'Olga', 'above'), { steps: 5 });
  await expect(row(page, 'Olga Petrova')).toHaveAttribute('data-drag', 'before');
  await page.keyboard.press('Escape');
  await expect(page.locator('.row[data-drag]')).toHaveCount(0);
  await page.mouse.up();
  await take(page, 'Nia');
  await page.mouse.up();
  x = await take(page, 'Nia');
  await page.mouse.move(x, await placeAt(page, 'Tom', 'above'), { steps: 5 });
  await expect(row(page, 'Nia')).toHaveAttribute('data-drag', 'taken');
  await expect(page.locator('.row[data-drag]')).toHaveCount(1);
  await page.mouse.up();
  await expect(page.locator('.row[data-drag]')).toHaveCount(0);
  // What comes after them is the first that the server is asked for.
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => names(mock)).toEqual(['Olga Petrova', 'Nia', 'Juan Pérez', 'Tom']);
  expect(moves(mock)).toHaveLength(1);
});

test('the row that was taken is moved, however the list changes meanwhile', async ({ open, mock }) => {
  const { olga, juan, nia, tom } = fill(mock);
  const page = await open(path, moderator);
  const x = await take(page, 'Tom');
  await page.mouse.move(x, await placeAt(page, 'Olga', 'above'), { steps: 5 });
  await expect(row(page, 'Olga Petrova')).toHaveAttribute('data-drag', 'before');
  mock.meeting.queue = [nia, juan, tom, olga];
  mock.meeting.add('Zoe');
  await expect(row(page, 'Zoe')).toBeVisible();
  await expect(row(page, 'Nia').locator('.position')).toHaveText('1');
  await page.mouse.move(x, await placeAt(page, 'Nia', 'above'), { steps: 5 });
  await expect(row(page, 'Nia')).toHaveAttribute('data-drag', 'before');
  await page.mouse.up();
  await expect.poll(() => moves(mock)).toEqual([{ request: tom.request, before: nia.request }]);
});

test('a place that is gone, and a row that is gone, move nobody, with a word', async ({ open, mock }) => {
  const { juan, tom } = fill(mock);
  const page = await open(path, moderator);
  let x = await take(page, 'Tom');
  await page.mouse.move(x, await placeAt(page, 'Juan', 'above'), { steps: 5 });
  await expect(row(page, 'Juan Pérez')).toHaveAttribute('data-drag', 'before');
  mock.meeting.end(juan, 'withdrawn', 'withdrawn');
  await expect(row(page, 'Juan Pérez')).toHaveCount(0);
  await page.mouse.up();
  await expect(row(page, 'Tom').getByRole('alert')).toHaveText(moved_on);
  x = await take(page, 'Tom');
  await page.mouse.move(x, await placeAt(page, 'Olga', 'above'), { steps: 5 });
  await expect(row(page, 'Olga Petrova')).toHaveAttribute('data-drag', 'before');
  mock.meeting.onAir(tom);
  await expect(page.locator('.now-box').getByText('Tom', { exact: true })).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: moved_on })).toBeVisible();
  await expect(page.locator('.row[data-drag]')).toHaveCount(0);
  await page.mouse.up();
  // Whoever is taken next is moved alone.
  x = await take(page, 'Nia');
  await page.mouse.move(x, await placeAt(page, 'Olga', 'above'), { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => names(mock)).toEqual(['Nia', 'Olga Petrova']);
  expect(moves(mock)).toHaveLength(1);
});

test('among those who were found a row goes behind the last, before who follows it in the whole list', async ({ open, mock }) => {
  const { olga, nia } = fill(mock);
  const page = await open(path, moderator);
  await page.getByRole('searchbox', { name: 'Find in the list' }).fill('p');
  await expect(page.locator('.queue-box .row')).toHaveCount(2);
  const x = await take(page, 'Olga');
  await page.mouse.move(x, await placeAt(page, 'Juan', 'below'), { steps: 5 });
  await expect(row(page, 'Juan Pérez')).toHaveAttribute('data-drag', 'after');
  await page.mouse.up();
  await expect.poll(() => moves(mock)).toEqual([{ request: olga.request, before: nia.request }]);
});

test('a long list goes on by itself at its end', async ({ open, mock }) => {
  const { olga } = fill(mock);
  for (let n = 1; n <= 12; n += 1) mock.meeting.add(`Delegate ${n}`);
  const page = await open(path, moderator);
  const last = row(page, 'Delegate 12');
  await expect(last).toBeAttached();
  await expect(last).not.toBeInViewport();
  const x = await take(page, 'Olga');
  const { y } = await page.locator('.act-bar').boundingBox();
  await page.mouse.move(x, y - 8, { steps: 5 });
  await expect(last).toHaveAttribute('data-drag', 'after');
  await page.mouse.up();
  await expect.poll(() => moves(mock)).toEqual([{ request: olga.request, before: null }]);
});

test('on a phone a finger drags by the grip, from right to left, too, and scrolls beside it', async ({ open, mock }) => {
  const { olga, tom } = fill(mock);
  const page = await open(path, moderator);
  await page.setViewportSize({ width: 360, height: 740 });
  await chooseLanguage(page, 'ar');
  const grip = row(page, 'Tom').locator('.grip');
  await grip.scrollIntoViewIfNeeded();
  const { width, height } = await grip.boundingBox();
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  expect(await grip.evaluate((element) => getComputedStyle(element).touchAction)).toBe('none');
  expect(await row(page, 'Tom').evaluate((element) => getComputedStyle(element).touchAction)).toBe('auto');
  await expectGood(page);
  const touch = await page.context().newCDPSession(page);
  const finger = (type, points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  const { x, y } = await gripOf(page, 'Tom');
  await finger('touchStart', [{ x, y }]);
  await finger('touchMove', [{ x, y: y - 20 }]);
  await expect(row(page, 'Tom')).toHaveAttribute('data-drag', 'taken');
  // Near the upper edge the list comes down by itself.
  await finger('touchMove', [{ x, y: 8 }]);
  await expect(row(page, 'Olga Petrova')).toHaveAttribute('data-drag', 'before');
  await finger('touchEnd', []);
  await expect.poll(() => moves(mock)).toEqual([{ request: tom.request, before: olga.request }]);
});

test('only who waits has a grip, and the keyboard does not stop at it', async ({ open, mock }) => {
  const { olga } = fill(mock);
  mock.meeting.set(olga, { state: 'standby' });
  mock.meeting.add('Waits for a yes', { state: 'pending' });
  const page = await open(path, moderator);
  await expect(page.locator('.queue-box .row .grip')).toHaveCount(4);
  await expect(page.locator('.grip')).toHaveCount(4);
  for (const grip of await page.locator('.grip').all()) {
    await expect(grip).toHaveAttribute('aria-hidden', 'true');
    expect(await grip.evaluate((element) => element.tabIndex)).toBe(-1);
  }
});
