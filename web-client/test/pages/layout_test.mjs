// Every state of every page, in both directions: axe finds nothing, and nothing is wider than its screen, a word cut, or a target hidden from a thumb.
import { chooseLanguage, expect, expectGood, test } from './fixture.mjs';
import { crowd, scenes } from '../scenes.mjs';

const kPhone = { width: 360, height: 740 };
const kDesk = { width: 1280, height: 800 };
const kWall = { width: 1920, height: 1080 };
const kThumb = 44; // px

const overflow = () => document.documentElement.scrollWidth - innerWidth;

// Buttons and links whose words do not fit, and whatever stands outside the screen at its sides.
function cutWords() {
  const seen = [...document.querySelectorAll('button, a, h1, h2, h3, p, legend, label, select, .state, .chip')].filter((element) => element.checkVisibility());
  // These are meant to be shortened, or only to be heard.
  const meant = '.unseen, .bar h1, .stage-page h1, .timer-page h1, .timer-page .name, .timer-page .name *, .url, .connection, .connection *, [data-phase="none"] *';
  return seen
    .filter((element) => !element.matches(meant))
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      const clips = getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
      return clips || left < -1 || right > innerWidth + 1;
    })
    .map((element) => element.outerHTML.slice(0, 100));
}

function smallTargets(least) {
  return [...document.querySelectorAll('button, select, a, input')]
    .filter((element) => element.checkVisibility() && !element.closest('dialog:not([open])') && !element.matches('.pick, input[type=range]'))
    .map((element) => ({ what: element.outerHTML.slice(0, 100), box: (element.closest('.choice') ?? element).getBoundingClientRect() }))
    .filter(({ box }) => box.width < least - 0.5 || box.height < least - 0.5)
    .map(({ what, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${what}`);
}

async function expectFits(page, lang, looks = {}) {
  await page.setViewportSize(kDesk);
  await expectGood(page, lang, looks);
  await page.setViewportSize(kPhone);
  expect(await page.evaluate(overflow), `sideways on a phone, ${lang}`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(cutWords), `cut on a phone, ${lang}`).toEqual([]);
  expect(await page.evaluate(smallTargets, kThumb), `small on a phone, ${lang}`).toEqual([]);
  await page.setViewportSize(kWall);
  expect(await page.evaluate(overflow), `sideways on a wall, ${lang}`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(cutWords), `cut on a wall, ${lang}`).toEqual([]);
}

for (const [name, { path, claims, before, act, preview, blocked, shown }] of Object.entries(scenes)) {
  const bring = async (context, open, mock, lang) => {
    mock.meeting.onAir(crowd(mock.meeting));
    before?.(mock.meeting);
    await context.addInitScript(`window.fakePreview = ${Boolean(preview)}; window.fakeBlocked = ${Boolean(blocked)}`);
    const page = await open(path, claims, `?lang=${lang}`);
    await act?.(page, mock.meeting);
    await page.locator(shown).first().waitFor();
    return page;
  };
  // Pages on a screen that nobody sits at have no choice of language: they are loaded once for each.
  if (/(stage|timer|return)$/.test(path)) {
    for (const lang of ['en', 'ar']) {
      test(`${name} is without fault and fits a phone and a wall, ${lang}`, async ({ context, open, mock }) => expectFits(await bring(context, open, mock, lang), lang));
    }
  } else {
    test(`${name} is without fault and fits a phone and a wall, from left to right and from right to left`, async ({ context, open, mock }) => {
      const page = await bring(context, open, mock, 'en');
      await expectFits(page, 'en');
      await chooseLanguage(page, 'ar');
      await page.locator(shown).first().waitFor();
      await expectFits(page, 'ar', { colours: false });
    });
  }
}

for (const [path, claims] of [['/room/room-a', scenes.watch.claims], ['/room/room-a/moderator', scenes.moderator.claims], ['/room/room-a/chair', scenes.chair.claims], ['/technician', scenes.technician.claims], ['/organiser', scenes.organiser.claims], ['/', null]]) {
  test(`whatever the keyboard reaches on ${path} shows it`, async ({ open, mock }) => {
    mock.meeting.onAir(crowd(mock.meeting));
    const page = await open(path, claims);
    if (path === '/room/room-a') await page.locator('[data-action=watch]').click();
    await page.locator({ '/': '.card a', '/technician': '.tile', '/organiser': '[data-action=make]', '/room/room-a': '.controls', '/room/room-a/chair': '[data-action=give]' }[path] ?? '[data-action=next]').first().waitFor();
    const reached = new Set();
    for (let press = 0; press < 30; press += 1) {
      await page.keyboard.press('Tab');
      const { what, width, style } = await page.evaluate(() => {
        const element = document.activeElement;
        const shown = element.closest('.choice') ?? element;
        const look = getComputedStyle(shown);
        return { what: element.outerHTML.slice(0, 100), width: parseFloat(look.outlineWidth), style: look.outlineStyle };
      });
      if (what.startsWith('<body')) break;
      expect(`${style} ${width >= 2} ${what}`).toBe(`solid true ${what}`);
      reached.add(what);
    }
    expect(reached.size).toBeGreaterThan(3);
  });
}

// 20 m away: a letter of 3 % of the height of a screen 1.7 m high is 5 cm tall, 1/400 of the distance.
for (const name of ['stage', 'stage_item', 'stage_long', 'stage_empty', 'stage_closing', 'timer', 'timer_over', 'timer_idle']) {
  test(`${name} is read from 20 m, and all of it is on the screen`, async ({ open, mock }) => {
    mock.meeting.onAir(crowd(mock.meeting));
    const { path, claims, before, act, shown } = scenes[name];
    before?.(mock.meeting);
    const page = await open(path, claims);
    await page.setViewportSize(kWall);
    await act?.(page, mock.meeting);
    await page.locator(shown).first().waitFor();
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('.name, time, .digits')]
        .filter((element) => element.checkVisibility() && parseFloat(getComputedStyle(element).fontSize) < innerHeight * 0.04)
        .map((element) => element.outerHTML.slice(0, 100)),
    );
    expect(small).toEqual([]);
    // The hour stays on one line, however long the item's title is.
    expect(await page.locator('day-clock').evaluate((clock) => clock.getBoundingClientRect().height / parseFloat(getComputedStyle(clock).fontSize))).toBeLessThan(1.9);
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
  });
}

test('on a display in Arabic an item in English is cut at its own end', async ({ open, mock }) => {
  mock.meeting.onAir(crowd(mock.meeting));
  const { path, claims, before, shown } = scenes.stage_item;
  before?.(mock.meeting);
  const page = await open(path, claims, '?lang=ar');
  await page.setViewportSize(kWall);
  await page.locator(shown).first().waitFor();
  // What is seen of it begins with its first letter.
  const cut = await page.locator('h1 .item bdi').evaluate((title) => {
    const first = document.createRange();
    const text = [...title.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data);
    first.setStart(text, 0);
    first.setEnd(text, 1);
    const [box, letter] = [title.getBoundingClientRect(), first.getBoundingClientRect()];
    const line = title.closest('h1').getBoundingClientRect();
    return { longer: title.scrollWidth > title.clientWidth, begins: letter.left >= box.left - 1 && letter.left >= line.left - 1 };
  });
  expect(cut).toEqual({ longer: true, begins: true });
});
