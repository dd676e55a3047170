// Row X6 of the fault table: the server is asked to end with people in the room, and starts again on the same data.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startRestart } from "./lib/restart.mjs";

let meeting;
before(async () => {
  meeting = await startRestart();
});
after(() => meeting?.stop());

for (const round of ["once", "and once more"]) {
  test(`the server is restarted ${round}: no acknowledgement is lost, and everybody is back with list, picture and sound`, async () => {
    const { status, acknowledged, lost, back } = await meeting.restart(round);
    assert.equal(status, 0);
    assert.ok(acknowledged.length >= 10);
    assert.deepEqual(lost, []);
    assert.equal(back.length, 3);
    assert.ok(back.every(({ same }) => same), "nobody had to load the page again");
  });
}
