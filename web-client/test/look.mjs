// Screenshots of every page in its states against the mock server, to be looked at:  node test/look.mjs FOLDER [NAME …]
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { kChromium } from './chromium.mjs';
import { mockToken, startMock } from './mock-server.mjs';

const [folder = 'look', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const me = { sub: 'li', name: 'Li Wei', role: 'participant', organisation: 'Asia Internet Coalition', category: 'private_sector' };
const staff = (role) => ({ sub: role, name: role, role });

function crowd(meeting) {
  const amina = meeting.add('Amina Diallo', { organisation: 'Ministry of Digital Economy, Senegal', category: 'government', language: 'fr', where: 'remote' });
  meeting.add('Olga Petrova', { organisation: 'Open Net Society', language: 'ru', estimate_s: 180, reason: 'first to ask', topic: 'Affordable last-mile access in the north' });
  meeting.add('Juan Pérez', { organisation: 'Universidad de la República', category: 'academia', language: 'es', kind: 'question', estimate_s: 360, where: 'room', topic: '¿Quién paga la red?' });
  meeting.add('منى الخطيب', { organisation: 'الهيئة العامة للاتصالات', category: 'government', language: 'ar', estimate_s: 600 });
  meeting.add('陈晓明', { organisation: '中国信息通信研究院', category: 'academia', language: 'zh', estimate_s: 780, kind: 'point_of_order' });
  return amina;
}

const wide = { width: 1440, height: 900 };
const phone = { width: 360, height: 740 };
const big = { width: 1920, height: 1080 };

async function enter(page) {
  await page.locator('[data-action=watch]').click();
  await page.waitForTimeout(700);
}
const mine = (meeting, fields = {}) => meeting.add('Li Wei', { ...me, participant: 'p-li', estimate_s: 300, reason: 'private sector has spoken least', ...fields });

const scenes = {
  join: { path: '/room/room-a', claims: me },
  join_guest: { path: '/room/room-a', claims: null },
  check: { path: '/room/room-a', claims: me, act: async (page) => { await page.locator('[data-action=speak]').click(); await page.waitForTimeout(1800); } },
  watch: { path: '/room/room-a', claims: me, act: enter },
  menu: { path: '/room/room-a', claims: me, act: async (page, meeting) => { meeting.room = { picture: 'live', silent_channels: ['ru'] }; meeting.changed('room'); await enter(page); await page.locator('[data-action=listen]').click(); await page.getByRole('radio', { name: 'Français' }).check(); await page.waitForTimeout(300); } },
  form: { path: '/room/room-a', claims: me, act: async (page) => { await enter(page); await page.locator('[data-action=request]').click(); await page.waitForTimeout(1500); } },
  queued: { path: '/room/room-a', claims: me, act: async (page, meeting) => { mine(meeting); await enter(page); await page.waitForTimeout(900); } },
  standby: { path: '/room/room-a', claims: me, act: async (page, meeting) => { const r = mine(meeting); await enter(page); await page.waitForTimeout(900); meeting.set(r, { state: 'standby' }); await page.waitForTimeout(900); } },
  live: { path: '/room/room-a', claims: me, act: async (page, meeting) => { const r = mine(meeting); await enter(page); meeting.end(meeting.floor[0], 'released'); await page.waitForTimeout(900); meeting.onAir(r); await page.waitForTimeout(1900); } },
  ended: { path: '/room/room-a', claims: me, act: async (page, meeting) => { const r = mine(meeting); await enter(page); meeting.onAir(r); await page.waitForTimeout(1200); meeting.end(r, 'released'); await page.waitForTimeout(500); } },
  lost: { path: '/room/room-a', claims: me, act: async (page, meeting) => { mine(meeting); await enter(page); meeting.down = true; meeting.cut(); await page.waitForTimeout(900); } },
  moderator: { path: '/room/room-a/moderator', claims: staff('moderator'), preview: true, act: async (page, meeting) => { const li = mine(meeting); meeting.set(li, { state: 'standby', media: 'decoding', ready: true }); await page.waitForTimeout(1200); } },
  no_return: { path: '/room/room-a/moderator', claims: staff('moderator'), act: async (page, meeting) => { meeting.end(meeting.floor[0], 'released'); meeting.returns = { connected: false }; meeting.alarms = [{ code: 'return_silent', text: 'Room A: the return page is open but its sound has not been started', since: Date.now() }]; meeting.changed('return'); await page.locator('[data-action=next]').click(); await page.waitForTimeout(600); } },
  add: { path: '/room/room-a/moderator', claims: staff('moderator'), act: async (page) => { await page.keyboard.press('a'); await page.waitForTimeout(500); } },
  technician: { path: '/technician', claims: staff('technician'), act: async (page, meeting) => { meeting.alarms = [{ code: 'return_silent', text: 'Room A: the return page is open but its sound has not been started', since: Date.now() - 65000 }]; meeting.changed('room'); await page.waitForTimeout(1500); } },
  stage: { path: '/room/room-a/stage', claims: staff('observer'), act: (page) => page.waitForTimeout(500) },
  return: { path: '/room/room-a/return', claims: staff('technician'), preview: true, act: (page) => page.waitForTimeout(700) },
  index: { path: '/', claims: null },
};

const views = [
  ['light', wide, 'light', 'en'], ['dark', wide, 'dark', 'en'], ['phone', phone, 'light', 'en'], ['ar', wide, 'light', 'ar'], ['ar_phone', phone, 'dark', 'ar'], ['big', big, 'dark', 'fr'],
];

const browser = await chromium.launch(kChromium);
for (const [scene, { path, claims, act, preview }] of Object.entries(scenes)) {
  for (const [view, viewport, colorScheme, lang] of views) {
    const name = `${scene}-${view}`;
    if (only.length && !only.some((part) => name.startsWith(part))) continue;
    const mock = await startMock();
    mock.meeting.onAir(crowd(mock.meeting));
    const context = await browser.newContext({ viewport, colorScheme });
    await context.grantPermissions(['camera', 'microphone']);
    if (preview) await context.addInitScript(() => (window.fakePreview = true));
    await context.addInitScript({ path: fileURLToPath(new URL('./fake-media.js', import.meta.url)) });
    const page = await context.newPage();
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && console.log(name, message.text()));
    page.on('pageerror', (error) => console.log(name, error.message));
    await page.goto(`${mock.url}${path}?lang=${lang}${claims ? `#token=${mockToken(claims)}` : ''}`);
    await page.waitForTimeout(400);
    try {
      await act?.(page, mock.meeting);
    } catch (error) {
      console.log(name, error.message);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) console.log(name, `overflows by ${overflow} px`);
    await page.screenshot({ path: `${folder}/${name}.png` });
    await context.close();
    await mock.close();
  }
}
await browser.close();
