// Debian's Chromium with fake devices, as the program that has its engine and none of its windows: a page costs a third less time in it.
// No request leaves the machine.
export const kChromium = {
  executablePath: '/usr/bin/chromium-headless-shell',
  args: [
    '--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
  ],
};

// In its new headless mode, as people have it.
export const kChromiumWithWindows = { ...kChromium, executablePath: '/usr/bin/chromium' };
