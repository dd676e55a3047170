// A room with a moving picture and one tone, for tests that ask whether both arrive and by which way.
import { pictureIn, tonesIn } from "./measure.mjs";
import { until } from "./until.mjs";

const tone = 440;
export const hall = `
[[rooms]]
id = "hall"
title = "Hall"
  [[rooms.sources]]
  id = "main"
  url = "test:?tone=${tone}&picture=counter"
  audio = { floor = 0 }
`;

// `why`: what to tell besides when it does not come.
export async function seesAndHearsTheHall(page, why) {
  await until("a picture that is not black", async () => (await pictureIn(page, "video0"))?.spread > 10, { why });
  await until("the floor's tone", async () => (await tonesIn(page, "audio0", [tone]))?.[tone] > -50, { why });
}
