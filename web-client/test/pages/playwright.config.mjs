// Page-level checks against the mock server, in Debian's Chromium.  npm run build && npm run test:pages
import { defineConfig } from '@playwright/test';

import { kChromium } from '../chromium.mjs';

export default defineConfig({
  testDir: '.',
  testMatch: '*_test.mjs',
  outputDir: '../../test-results',
  timeout: 180_000,
  expect: { timeout: 40_000 },
  workers: 2,
  // By test, not by file: one file holds half of them.
  fullyParallel: true,
  reporter: [['list']],
  // Half-way through a transition a colour is neither the old nor the new one, and axe would measure it.
  use: { contextOptions: { reducedMotion: 'reduce' }, launchOptions: kChromium, permissions: ['camera', 'microphone'], viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB', actionTimeout: 40_000 },
});
