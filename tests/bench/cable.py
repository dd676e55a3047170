"""Two network namespaces with a cable between them. Needs root, iproute2 and nftables."""

import os
import shutil
import subprocess

SERVER_ADDRESS, VIEWERS_ADDRESS = "10.77.0.1", "10.77.0.2"
DEVICE = "line"  # the cable's end, in each of them


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout


def unavailable():
    """Why there is no cable here; nothing: there is."""
    missing = [program for program in ("ip", "nft") if shutil.which(program) is None]
    if missing:
        return f"there is no {' and no '.join(missing)} here"
    try:
        with Cable() as cable:
            cable.discard(cable.viewers, "numgen", "random", "mod", "100", "<", "1")
    except subprocess.CalledProcessError as error:
        return f"network namespaces are not allowed here ({error.stderr.strip()})"
    return None


class Cable:
    def __init__(self):
        self.server, self.viewers = (f"plenary-{end}-{os.getpid()}" for end in ("server", "viewers"))

    def __enter__(self):
        made = []
        try:
            for name in (self.server, self.viewers):
                run("ip", "netns", "add", name)
                made.append(name)
            run("ip", "-n", self.server, "link", "add", DEVICE, "type", "veth", "peer", "name", DEVICE, "netns", self.viewers)
            for name, address in ((self.server, SERVER_ADDRESS), (self.viewers, VIEWERS_ADDRESS)):
                run("ip", "-n", name, "address", "add", f"{address}/24", "dev", DEVICE)
                for device in ("lo", DEVICE):
                    run("ip", "-n", name, "link", "set", device, "up")
        except BaseException:
            for name in made:
                run("ip", "netns", "del", name)
            raise
        return self

    def __exit__(self, *_):
        for name in (self.server, self.viewers):
            run("ip", "netns", "del", name)

    def discard(self, name, *rule, leaving=False):
        """Of what arrives at that end, or leaves by it, what `rule` (nft) fits is thrown away."""
        nft = ("ip", "netns", "exec", name, "nft", "add")
        hook = "egress" if leaving else "ingress"
        run(*nft, "table", "netdev", "discard")
        run(*nft, "chain", "netdev", "discard", hook, f"{{ type filter hook {hook} device {DEVICE} priority 0; }}")
        run(*nft, "rule", "netdev", "discard", hook, *rule, "counter", "drop")
