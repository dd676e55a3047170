// Debian's Firefox with a camera and a microphone of its own making, over WebDriver BiDi. It has no H.264 unless it may fetch one.
import puppeteer from "puppeteer-core";

const preferences = {
  "media.navigator.permission.disabled": true,
  "media.navigator.streams.fake": true,
  "media.autoplay.default": 0,
  "media.peerconnection.ice.loopback": true,
  // No request leaves the machine.
  "app.update.auto": false,
  "browser.safebrowsing.provider.mozilla.updateURL": "",
  "datareporting.policy.dataSubmissionEnabled": false,
  "media.gmp-manager.updateEnabled": false,
  "media.gmp-provider.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
};

export async function startFirefox() {
  const browser = await puppeteer.launch({
    browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true, extraPrefsFirefox: preferences,
  });
  return {
    context: () => browser.createBrowserContext(),
    stop: () => browser.close(),
  };
}
