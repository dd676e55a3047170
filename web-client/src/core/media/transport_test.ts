import { beforeEach, describe, expect, test } from 'vitest';

import { settle, VirtualTime } from '../testing.ts';
import { Transport } from './transport.ts';

interface Exchange {
  url: string;
  method: string;
  headers: Record<string, string>;
  answer: (status: number, body?: string, headers?: Record<string, string>) => Promise<void>;
  fail: () => void;
}

class FakePeer {
  connectionState = 'new';
  onconnectionstatechange: (() => void) | null = null;
  localDescription: { sdp: string } | null = null;
  remote: string[] = [];
  closed = false;

  createOffer(options?: { iceRestart?: boolean }): Promise<{ sdp: string }> {
    const ufrag = options?.iceRestart ? 'again' : 'first';
    return Promise.resolve({ sdp: `v=0\r\nm=audio 9\r\na=mid:0\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:pwdpwdpwd\r\n` });
  }

  setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
    return Promise.resolve();
  }

  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.remote.push(sdp);
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
  }

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

const answer = 'v=0\r\na=ice-ufrag:srv\r\na=ice-pwd:srvsrvsrv\r\n';

let time: VirtualTime;
let peers: FakePeer[];
let sent: Exchange[];
let token: string;
let transport: Transport;

const peer = (): FakePeer => peers.at(-1) as FakePeer;
const request = (method = 'POST'): Exchange => {
  const found = sent.filter((exchange) => exchange.method === method).at(-1);
  if (!found) throw new Error(`no ${method} was sent`);
  return found;
};

beforeEach(() => {
  time = new VirtualTime();
  peers = [];
  sent = [];
  token = 'media-1';
  transport = new Transport({
    url: () => '/whep/room-a',
    token: () => token,
    connect: () => {
      peers.push(new FakePeer());
      return peer() as unknown as RTCPeerConnection;
    },
    prepare: () => undefined,
    fetch: ((url: string, { method, headers }: { method: string; headers: Record<string, string> }) =>
      new Promise((resolve, reject) => {
        const reply = async (status: number, body = '', answer_headers: Record<string, string> = {}): Promise<void> => {
          resolve({ ok: status < 300, status, url: 'http://server/whep/room-a', text: () => Promise.resolve(body), headers: new Headers(answer_headers) });
          await settle();
        };
        sent.push({ url, method, headers, answer: reply, fail: () => reject(new TypeError('no network')) });
      })) as unknown as typeof fetch,
    timers: time,
  });
});

async function connect(): Promise<void> {
  await settle();
  await request().answer(201, answer, { location: '/whep/room-a/1', etag: '"1"' });
  peer().become('connected');
}

describe('a session', () => {
  test('is posted with the bearer token and connects by the answer', async () => {
    transport.start();
    await settle();
    expect(request()).toMatchObject({ url: '/whep/room-a', headers: { 'Content-Type': 'application/sdp', Authorization: 'Bearer media-1' } });
    await connect();
    expect(peer().remote).toEqual([answer]);
    expect(transport.state.value).toBe('connected');
  });

  test('is deleted when it is stopped', async () => {
    transport.start();
    await connect();
    transport.stop();
    expect(request('DELETE').url).toBe('http://server/whep/room-a/1');
    expect(peer().closed).toBe(true);
    expect(transport.state.value).toBe('idle');
  });

  test('that was stopped before its answer came is deleted too', async () => {
    transport.start();
    await settle();
    const post = request();
    transport.stop();
    await post.answer(201, answer, { location: '/whep/room-a/9' });
    expect(request('DELETE').url).toBe('http://server/whep/room-a/9');
  });

  test('that the server cannot take now is posted again, with the token of then', async () => {
    transport.start();
    await settle();
    await request().answer(503);
    expect(transport.state.value).toBe('reconnecting');
    token = 'media-2';
    await time.pass(300);
    expect(request().headers.Authorization).toBe('Bearer media-2');
    expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('that can never be is not posted again, and says why', async () => {
    transport.start();
    await settle();
    await request().answer(422, '{"code":"too_many_slots"}');
    expect(transport.state.value).toBe('refused');
    expect(transport.refusal.value).toBe('too_many_slots');
    await time.pass(60_000);
    expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('that nothing can serve says so, whether a word or an offer comes back', async () => {
    for (const body of ['{"code":"no_opus"}', 'v=0']) {
      transport.start();
      await settle();
      await request().answer(406, body);
      expect(transport.state.value).toBe('refused');
      expect(transport.refusal.value).toBe('no_codec');
    }
  });

  test('that never connects is posted again', async () => {
    transport.start();
    await settle();
    await request().answer(201, answer, { location: '/whep/room-a/1' });
    await time.pass(5_000 + 300);
    expect(peers).toHaveLength(2);
  });

  test('has longer when it is posted again: some lines are that slow', async () => {
    transport.start();
    await time.pass(5_000 + 300);
    await request().answer(201, answer, { location: '/whep/room-a/2' });
    await time.pass(11_000);
    expect(peers).toHaveLength(2);
    await time.pass(1_000 + 600);
    expect(peers).toHaveLength(3);
  });
});

describe('after the signaling was lost', () => {
  test('a session that the server knows goes on', async () => {
    transport.start();
    await connect();
    void transport.probe();
    await request('GET').answer(204);
    await time.pass(60_000);
    expect(peers).toHaveLength(1);
  });

  test('a session that a restarted server does not know is posted again at once', async () => {
    transport.start();
    await connect();
    void transport.probe();
    await request('GET').answer(404);
    await time.pass(0);
    expect(peers).toHaveLength(2);
  });

  test('a session that was answered only then is looked for as well', async () => {
    transport.start();
    await settle();
    void transport.probe();
    await request().answer(201, answer, { location: '/whep/room-a/1' });
    await request('GET').answer(404);
    await time.pass(0);
    expect(peers).toHaveLength(2);
  });

  test('a session keeps the token that it was opened with', async () => {
    transport.start();
    await connect();
    expect(transport.isCurrent).toBe(true);
    token = 'media-2';
    expect(transport.isCurrent).toBe(false);
    transport.renew();
    expect(request('DELETE').headers.Authorization).toBe('Bearer media-1');
    await time.pass(0);
    expect(request().headers.Authorization).toBe('Bearer media-2');
  });
});

describe('a lost path', () => {
  test('that heals by itself is left alone', async () => {
    transport.start();
    await connect();
    peer().become('disconnected');
    expect(transport.state.value).toBe('reconnecting');
    await time.pass(2_000);
    peer().become('connected');
    await time.pass(60_000);
    expect(transport.state.value).toBe('connected');
    expect(sent).toHaveLength(1);
  });

  test('is restarted with the session kept', async () => {
    transport.start();
    await connect();
    peer().become('failed');
    await settle();
    const patch = request('PATCH');
    expect(patch).toMatchObject({ url: 'http://server/whep/room-a/1', headers: { 'If-Match': '"1"', 'Content-Type': 'application/trickle-ice-sdpfrag' } });
    await patch.answer(200, 'a=ice-ufrag:two\r\na=ice-pwd:twotwotwo\r\n', { etag: '"2"' });
    expect(peer().remote.at(-1)).toContain('a=ice-ufrag:two');
    peer().become('connected');
    await time.pass(60_000);
    expect(peers).toHaveLength(1);
  });

  test('whose restart is refused gets a new session', async () => {
    transport.start();
    await connect();
    peer().become('failed');
    await settle();
    await request('PATCH').answer(404);
    await time.pass(300);
    expect(peers).toHaveLength(2);
    expect(peers[0]?.closed).toBe(true);
  });

  test('whose restart brings nothing gets a new session', async () => {
    transport.start();
    await connect();
    peer().become('failed');
    await settle();
    await request('PATCH').answer(200, 'a=ice-ufrag:two\r\na=ice-pwd:twotwotwo\r\n');
    await time.pass(4_000 + 300);
    expect(peers).toHaveLength(2);
  });

  test('is replaced on another network before it is lost, and the session stays', async () => {
    transport.start();
    await connect();
    transport.hurry();
    await settle();
    expect(transport.state.value).toBe('connected');
    await request('PATCH').answer(200, 'a=ice-ufrag:two\r\na=ice-pwd:twotwotwo\r\n', { etag: '"2"' });
    await time.pass(60_000);
    expect(peers).toHaveLength(1);
    transport.hurry();
    await settle();
    expect(sent.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
    expect(request('PATCH').headers['If-Match']).toBe('"2"');
  });

  test('is restarted at once when the network has come back, not posted anew', async () => {
    transport.start();
    await connect();
    peer().become('disconnected');
    transport.hurry();
    await settle();
    expect(request('PATCH')).toBeDefined();
    peer().become('connected');
    await time.pass(60_000);
    expect(peers).toHaveLength(1);
  });

  test('that another network does not mend either gets a new session', async () => {
    transport.start();
    await connect();
    transport.hurry();
    await settle();
    await request('PATCH').answer(200, 'a=ice-ufrag:two\r\na=ice-pwd:twotwotwo\r\n');
    peer().become('disconnected');
    await time.pass(2_500 + 300);
    expect(peers).toHaveLength(2);
  });

  test('goes on as long as it holds where the other network does not reach the server', async () => {
    transport.start();
    await connect();
    transport.hurry();
    await settle();
    request('PATCH').fail();
    await time.pass(60_000);
    expect(peers).toHaveLength(1);
    expect(transport.state.value).toBe('connected');
    peer().become('failed');
    await settle();
    expect(sent.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
  });

  test('is not waited for when the network has come back', async () => {
    transport.start();
    await settle();
    await request().answer(503);
    transport.hurry();
    await time.pass(0);
    expect(peers).toHaveLength(2);
  });
});
