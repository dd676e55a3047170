// The product's own pages, as people use them.
import { pictureIn } from "./measure.mjs";
import { until } from "./until.mjs";

export const link = (server, path, role, name, more) =>
  `${server.url}${path}#token=${server.token(path.split("/")[2], role, name, more)}`;

// A page that was in the meeting before a reload goes straight back into it.
export const enter = (page) =>
  until("the meeting", async () => {
    const watch = page.getByRole("button", { name: "Just watch" });
    if (await watch.isVisible()) await watch.click();
    return page.getByText("Speakers' list").first().isVisible();
  });

export const seesPicture = (page, whose = "the room's", selector = "video") =>
  until(`${whose} picture`, async () => (await pictureIn(page, selector))?.spread > 10);

// A page's sound plays in elements outside the document: kept here, to be measured as "heard0" and "heard1", by slot;
// in a page with one slot both are that.
export const keepSound = (context) =>
  context.addInitScript(() => {
    const heard = [];
    const Plain = window.Audio;
    window.Audio = class extends Plain {
      constructor(...more) {
        super(...more);
        heard.push(this);
      }
    };
    const playing = () => heard.filter((element) => element.srcObject);
    window.__streams = {
      get heard0() { return (playing().at(-2) ?? playing().at(-1))?.srcObject; },
      get heard1() { return playing().at(-1)?.srcObject; },
    };
  });

export async function askForFloor(page, topic) {
  await page.getByRole("button", { name: "Request the floor" }).first().click();
  await page.getByLabel("About what, in one line").fill(topic);
  await page.getByRole("button", { name: "Ask for the floor" }).click();
  await page.getByText("You are number 1 in the list").first().waitFor();
}

// What somebody in front of the page sees: a page behind another is not painted.
export async function screenshot(page, path) {
  await page.bringToFront();
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  });
  await page.screenshot({ path });
}
