import { expect, test } from 'vitest';

import { restartedAnswer, restartFragment } from './sdp.ts';

const offer = ['v=0', 'a=group:BUNDLE 0 1', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=ice-ufrag:new', 'a=ice-pwd:newnewnewnewnewnewnewnew', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:1', ''].join('\r\n');

test('a restart sends the new credentials of the bundle', () => {
  expect(restartFragment(offer)).toBe(
    ['a=group:BUNDLE 0', 'a=ice-ufrag:new', 'a=ice-pwd:newnewnewnewnewnewnewnew', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', ''].join('\r\n'),
  );
});

test('an offer without credentials gives none', () => {
  expect(restartFragment('v=0\r\n')).toBeNull();
});

test('the answer takes over credentials and candidates', () => {
  const answer = ['v=0', 'm=audio 9', 'a=ice-ufrag:old', 'a=ice-pwd:oldold', 'a=candidate:1 1 udp 1 10.0.0.1 7000 typ host', 'a=mid:0', 'm=video 9', 'a=ice-ufrag:old', 'a=ice-pwd:oldold', ''].join('\r\n');
  const fragment = ['a=ice-ufrag:srv', 'a=ice-pwd:srvsrv', 'a=candidate:2 1 udp 1 10.0.0.2 7001 typ host', ''].join('\r\n');
  const renewed = restartedAnswer(answer, fragment) ?? '';
  expect(renewed.match(/a=ice-ufrag:srv/g)).toHaveLength(2);
  expect(renewed).not.toContain('old');
  expect(renewed).toContain('10.0.0.2 7001');
  expect(renewed).not.toContain('10.0.0.1');
  expect(renewed).toContain('a=mid:0');
});

test('a fragment without candidates keeps the old ones', () => {
  const answer = 'a=ice-ufrag:old\r\na=ice-pwd:old\r\na=candidate:1 1 udp 1 10.0.0.1 7000 typ host\r\n';
  expect(restartedAnswer(answer, 'a=ice-ufrag:s\r\na=ice-pwd:t\r\n')).toContain('10.0.0.1');
  expect(restartedAnswer(answer, 'nothing')).toBeNull();
});
