// The few lines of SDP that a WHIP or WHEP client must touch itself.

interface IceCredentials {
  ufrag: string;
  pwd: string;
}

function credentials(sdp: string): IceCredentials | null {
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
  const pwd = /^a=ice-pwd:(\S+)/m.exec(sdp)?.[1];
  return ufrag && pwd ? { ufrag, pwd } : null;
}

// RFC 9725 §4.4.2 (ICE restart): the new credentials as a trickle fragment (RFC 8840 §9).
export function restartFragment(offer: string): string | null {
  const ice = credentials(offer);
  const media = /^m=.*$/m.exec(offer)?.[0].replace(/\r$/, '');
  const mid = /^a=mid:.*$/m.exec(offer)?.[0].replace(/\r$/, '');
  if (!ice || !media || !mid) return null;
  return ['a=group:BUNDLE ' + mid.slice('a=mid:'.length), `a=ice-ufrag:${ice.ufrag}`, `a=ice-pwd:${ice.pwd}`, media, mid, ''].join('\r\n');
}

// The answer of before with the server's new credentials, and its new candidates if it sent any.
export function restartedAnswer(answer: string, fragment: string): string | null {
  const ice = credentials(fragment);
  if (!ice) return null;
  const candidates = [...fragment.matchAll(/^a=candidate:[^\r\n]*/gm)].map((match) => match[0]);
  let renewed = answer.replace(/^a=ice-ufrag:\S+/gm, `a=ice-ufrag:${ice.ufrag}`).replace(/^a=ice-pwd:\S+/gm, `a=ice-pwd:${ice.pwd}`);
  if (candidates.length) {
    const old = /(?:^a=candidate:[^\r\n]*\r?\n)+/gm;
    renewed = renewed.replace(old, `${candidates.join('\r\n')}\r\n`);
  }
  return renewed;
}
