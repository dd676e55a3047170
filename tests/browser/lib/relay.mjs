// Between a browser and the server's HTTP port: a line that can be cut, and is then as silent to new connections as to old
// ones. Media go beside it.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function startRelay(server) {
  const open = new Set();
  let broken = false;
  const relay = createServer((near) => {
    if (broken) return near.destroy();
    const far = connect(Number(new URL(server.url).port), "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  const cut = () => {
    broken = true;
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${relay.address().port}`,
    cut,
    mend: () => (broken = false),
    stop() {
      cut();
      relay.close();
    },
  };
}
