// The cable of loss_path.py: datagrams are lost in the kernel (nft), each way, where they arrive. Sound, picture, reports, requests and checks alike.
import { execFileSync } from "node:child_process";

const DEVICE = "line";

export const lossyCable = ({ viewers, server, address }) => ({
  viewers,
  address,
  lose(share) {
    const rule = `meta l4proto udp numgen random mod 100 < ${Math.round(100 * share)} counter drop;`;
    const table = `table netdev loss { chain arriving { type filter hook ingress device ${DEVICE} priority 0; ${share > 0 ? rule : ""} }; }`;
    // The first line makes sure that there is one to replace.
    const script = `table netdev loss {}\ndelete table netdev loss\n${table}\n`;
    for (const name of [viewers, server]) execFileSync("ip", ["netns", "exec", name, "nft", "-f", "-"], { input: script });
  },
});
