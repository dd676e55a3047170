// A page against a mock server of its own. Whatever the page logs as an error, a broken content security policy included,
// fails the test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test as base } from '@playwright/test';

import { mockToken, startMock } from '../mock-server.mjs';

export const me = { sub: 'li', name: 'Li Wei', role: 'participant', organisation: 'Asia Internet Coalition', category: 'private_sector' };
export const moderator = { sub: 'mod', name: 'Moderator', role: 'moderator' };
export const chair = { sub: 'chair', name: 'Chair', role: 'chair' };
export const technician = { sub: 'tech', name: 'Technician', role: 'technician' };

export const test = base.extend({
  // eslint-disable-next-line no-empty-pattern
  mock: async ({}, use) => {
    const mock = await startMock();
    await use(mock);
    await mock.close();
  },
  open: async ({ context, mock }, use) => {
    const faults = [];
    await context.addInitScript({ path: fileURLToPath(new URL('../fake-media.js', import.meta.url)) });
    await use(async (path, claims, query = '', fragment = '') => {
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(error.message));
      // Chromium itself reports a lost socket and a refused request, which tests bring about on purpose, and that a machine without a sound
      // card is late with its silence.
      const expected = (text) => text.includes('WebSocket connection') || text.includes('error from the audio device') || /status of (403|404|406|503)/.test(text);
      page.on('console', (message) => message.type() === 'error' && !expected(message.text()) && faults.push(message.text()));
      const parts = [...(claims ? [`token=${mockToken(claims)}`] : []), ...(fragment ? [fragment] : [])];
      await page.goto(`${mock.url}${path}${query}${parts.length ? `#${parts.join('&')}` : ''}`);
      return page;
    });
    expect(faults).toEqual([]);
  },
});

export { expect };

export async function enter(page) {
  await page.getByRole('button', { name: 'Just watch' }).click();
  await expect(page.getByRole('heading', { name: 'Speakers’ list' }).or(page.getByRole('heading', { name: "Speakers' list" }))).toBeVisible();
}

export async function ask(page, kind = 'Question') {
  await page.getByRole('button', { name: 'Request the floor', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Request the floor' });
  await form.getByRole('radio', { name: kind, exact: true }).check();
  await form.getByLabel('About what, in one line').fill('Roads');
  await form.getByRole('button', { name: 'Ask for the floor' }).click();
  await expect(form).toBeHidden();
}

// As by its select in the head, which a dialog may stand in front of: the page changes without a reload.
export async function chooseLanguage(page, lang) {
  await page.locator('[data-action=locale]').evaluate((select, to) => {
    select.value = to;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, lang);
  await expect(page.locator(`html[lang=${lang}][dir=${lang === 'ar' ? 'rtl' : 'ltr'}]`)).toBeAttached();
  await expect(page.locator('[data-action=locale]')).toHaveValue(lang);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

// The looks of one page, one after the other: [scheme, size, language].
export async function eachLook(page, looks, check) {
  for (const [colorScheme, size, lang] of looks) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await chooseLanguage(page, lang);
    await check(size);
  }
}

// WCAG 2.2 A and AA, and no sideways scrolling. The pages have no frames, so that axe is put into each once and runs there.
// `colours`: false where the same elements were measured in the same colours before, which is half of the work.
export async function expectGood(page, message, { colours = true } = {}) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const violations = await page.evaluate(async ([values, enabled]) => {
    const found = await window.axe.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'], rules: { 'color-contrast': { enabled } } });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  }, [kRules, colours]);
  expect(violations, message).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), message).toBeLessThanOrEqual(0);
}

export function people(meeting) {
  meeting.onAir(meeting.add('Amina Diallo', { organisation: 'Ministry of Digital Economy', category: 'government', language: 'fr' }));
  const olga = meeting.add('Olga Petrova', { organisation: 'Open Net Society', language: 'ru', reason: 'first_to_ask', topic: 'Last-mile access' });
  const juan = meeting.add('Juan Pérez', { organisation: 'Universidad', category: 'academia', language: 'es', kind: 'question', where: 'room' });
  return { olga, juan };
}
