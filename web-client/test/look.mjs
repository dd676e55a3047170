// Screenshots of every page in every state against the mock server, to be looked at:  node test/look.mjs FOLDER [NAME …]
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { kChromium } from './chromium.mjs';
import { mockToken, startMock } from './mock-server.mjs';
import { crowd, scenes } from './scenes.mjs';

const [folder = 'look', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const sizes = [['phone', { width: 360, height: 740 }], ['desk', { width: 1280, height: 800 }], ['wall', { width: 1920, height: 1080 }]];
// The pages have six languages, but two directions; French has the longest words.
const looks = [['en', 'light'], ['en', 'dark'], ['ar', 'light'], ['ar', 'dark'], ['fr', 'light']];
const chosen = (name) => only.length === 0 || only.some((start) => name.startsWith(start));

const browser = await chromium.launch(kChromium);
for (const [scene, { path, claims, before, act, preview, blocked, shown }] of Object.entries(scenes)) {
  for (const [lang, colorScheme] of looks) {
    const names = sizes.map(([size]) => `${scene}-${size}-${lang}-${colorScheme}`);
    if (!names.some(chosen)) continue;
    const mock = await startMock();
    mock.meeting.onAir(crowd(mock.meeting));
    before?.(mock.meeting);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme, permissions: ['camera', 'microphone'] });
    await context.addInitScript(`window.fakePreview = ${Boolean(preview)}; window.fakeBlocked = ${Boolean(blocked)}; localStorage.setItem('plenary.theme', 'auto')`);
    await context.addInitScript({ path: fileURLToPath(new URL('./fake-media.js', import.meta.url)) });
    const page = await context.newPage();
    const tell = (text) => console.log(`${scene} ${lang} ${colorScheme}: ${text}`);
    page.on('pageerror', (error) => tell(error.message));
    try {
      await page.goto(`${mock.url}${path}?lang=${lang}${claims ? `#token=${mockToken(claims)}` : ''}`);
      await page.waitForTimeout(300);
      await act?.(page, mock.meeting);
      await page.locator(shown).first().waitFor();
      await page.waitForTimeout(400);
    } catch (error) {
      tell(error.message);
    }
    for (const [index, [, viewport]] of sizes.entries()) {
      if (!chosen(names[index])) continue;
      await page.setViewportSize(viewport);
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${folder}/${names[index]}.png` });
    }
    await context.close();
    await mock.close();
  }
}
await browser.close();
