// One WebRTC session by WHIP (RFC 9725) or WHEP: posts the offer, watches the connection, restarts ICE when the path is
// lost, posts anew when that does not help, for ever until stopped. What is sent or received is the caller's business.
import { signal, untracked, type ReadonlySignal } from '@preact/signals-core';

import { Backoff, kMediaBackoff } from '../backoff.ts';
import type { Timers } from '../rpc.ts';
import { restartFragment, restartedAnswer } from './sdp.ts';

export type MediaState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'refused';

export interface TransportOptions {
  // Asked anew for each attempt: language and token change.
  url: () => string;
  token: () => string | undefined;
  connect: () => RTCPeerConnection;
  prepare: (peer: RTCPeerConnection) => void;
  closed?: () => void;
  fetch: typeof fetch;
  timers: Timers;
}

// `disconnected` often heals by itself within two seconds (a lost Wi-Fi beacon, a lift).
const kPatience_ms = 2_500;
// An ICE restart that has brought nothing by then is given up for a new session.
const kRestart_ms = 4_000;
// RFC 9725 §4.2: the offer is understood, and nothing of it can be served.
const kNotAcceptable = 406;
export const kNoCodec = 'no_codec';
// Bad or unacceptable offers (RFC 9725 §4.2).
const kFinal: readonly number[] = [400, kNotAcceptable, 415, 422];
// Neither connected nor failed: a server that went away behind its answer, which another attempt mends at once, or a line
// so poor that it takes that long.
const kFirstConnect_ms = 5_000;
const kConnect_ms = 12_000;

export class Transport {
  readonly #state = signal<MediaState>('idle');
  // The server's word for the last refusal, kNoCodec, or the status.
  readonly refusal = signal<string | null>(null);
  readonly #options: TransportOptions;
  readonly #backoff: Backoff;
  #peer: RTCPeerConnection | null = null;
  #session: { url: string; etag: string; answer: string; token: string | undefined } | null = null;
  #cancel: (() => void) | null = null;
  #restarted = false;
  #patient = false; // an attempt has come to nothing for want of time
  #doubtful: RTCPeerConnection | null = null; // a probe was asked for while its offer had no answer yet

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#backoff = new Backoff(kMediaBackoff, () => options.timers.random());
  }

  get state(): ReadonlySignal<MediaState> {
    return this.#state;
  }

  get peer(): RTCPeerConnection | null {
    return this.#peer;
  }

  // Called from effects, which must not depend on what is read here.
  start(): void {
    untracked(() => {
      if (this.#state.value !== 'idle' && this.#state.value !== 'refused') return;
      this.#state.value = 'connecting';
      void this.#post();
    });
  }

  stop(): void {
    untracked(() => {
      if (this.#state.value === 'idle') return;
      this.#end_session();
      this.#backoff.reset();
      this.refusal.value = null;
      this.#state.value = 'idle';
    });
  }

  // The network came back, or is another one: do not wait for the timers. A session that lives gets another path, and what it
  // has goes on until that is found.
  hurry(): void {
    const peer = this.#peer;
    if (peer && this.#session?.url && !this.#restarted && ['connected', 'disconnected', 'failed'].includes(peer.connectionState)) void this.#restart(peer);
    else if (this.#state.value === 'reconnecting') {
      this.#backoff.reset();
      this.#again(0);
    }
  }

  // The signaling was lost and is back: is our session still known there? A server that was restarted knows it no more,
  // and ICE would need many seconds to find out.
  async probe(): Promise<void> {
    const session = this.#session;
    if (!session?.url) {
      // Its answer may come from the server that went away meanwhile.
      this.#doubtful = this.#peer;
      return;
    }
    try {
      const { status } = await this.#options.fetch(session.url, { method: 'GET', headers: bearer(session.token) });
      if (status === 404 && session === this.#session) this.#again(0);
    } catch {
      // No way to the server just now; the connection's own state tells what becomes of it.
    }
  }

  // False where the session was opened with a token of an earlier joining: it lives on, but the server no longer counts it
  // as this page's.
  get isCurrent(): boolean {
    return this.#session === null || this.#session.token === this.#options.token();
  }

  renew(): void {
    untracked(() => {
      if (this.#state.value !== 'idle') this.#again(0);
    });
  }

  async #post(): Promise<void> {
    const peer = this.#options.connect();
    const token = this.#options.token();
    this.#peer = peer;
    this.#restarted = false;
    peer.onconnectionstatechange = () => this.#changed(peer);
    try {
      this.#options.prepare(peer);
      await peer.setLocalDescription(await peer.createOffer());
      if (peer !== this.#peer) return;
      this.#wait(this.#patient ? kConnect_ms : kFirstConnect_ms, () => {
        this.#patient = true;
        this.#again();
      });
      const response = await this.#options.fetch(this.#options.url(), {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp', ...bearer(token) },
        body: peer.localDescription?.sdp ?? '',
      });
      const answer = await response.text();
      const location = response.headers.get('location');
      if (peer !== this.#peer) {
        if (response.ok && location) this.#delete(new URL(location, response.url || document.baseURI).href, token);
        return;
      }
      if (!response.ok) {
        this.#refused(response.status, answer);
        return;
      }
      this.refusal.value = null;
      this.#session = {
        url: location ? new URL(location, response.url || document.baseURI).href : '',
        etag: response.headers.get('etag') ?? '*',
        answer,
        token,
      };
      if (this.#doubtful === peer) void this.probe();
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch {
      if (peer === this.#peer) this.#again();
    }
  }

  #changed(peer: RTCPeerConnection): void {
    if (peer !== this.#peer) return;
    if (peer.connectionState === 'connected') {
      this.#cancel?.();
      this.#cancel = null;
      this.#restarted = this.#patient = false;
      this.#backoff.reset();
      this.#state.value = 'connected';
    } else if (peer.connectionState === 'disconnected') {
      this.#state.value = 'reconnecting';
      this.#wait(kPatience_ms, () => void this.#restart(peer));
    } else if (peer.connectionState === 'failed') {
      this.#state.value = 'reconnecting';
      void this.#restart(peer);
    }
  }

  async #restart(peer: RTCPeerConnection): Promise<void> {
    const session = this.#session;
    if (this.#restarted || !session?.url) return this.#again();
    this.#restarted = true;
    const unlessItHeld = (): void => {
      // Where the old path holds until there is another one, nobody says that there is.
      if (peer.connectionState === 'connected') this.#restarted = false;
      else this.#again();
    };
    this.#wait(kRestart_ms, unlessItHeld);
    try {
      const offer = await peer.createOffer({ iceRestart: true });
      await peer.setLocalDescription(offer);
      const fragment = restartFragment(offer.sdp ?? '');
      if (!fragment) return this.#again();
      const response = await this.#options.fetch(session.url, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': session.etag, ...bearer(session.token) },
        body: fragment,
      });
      const text = await response.text();
      if (peer !== this.#peer) return;
      const answer = response.status === 200 ? restartedAnswer(session.answer, text) : null;
      if (!answer) return this.#again();
      this.#session = { ...session, etag: response.headers.get('etag') ?? '*', answer };
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch {
      if (peer === this.#peer) unlessItHeld();
    }
  }

  #refused(status: number, body: string): void {
    // Where the server could serve something else, its offer is the body.
    this.refusal.value = status === kNotAcceptable ? kNoCodec : (problemCode(body) ?? String(status));
    // This offer will never do. Everything else may change: a token is renewed, somebody is called, a server comes back.
    if (kFinal.includes(status)) {
      this.#end_session();
      this.#state.value = 'refused';
    } else this.#again();
  }

  #again(delay = this.#backoff.next()): void {
    this.#end_session();
    this.#state.value = 'reconnecting';
    this.#wait(delay, () => void this.#post());
  }

  #wait(ms: number, run: () => void): void {
    this.#cancel?.();
    this.#cancel = this.#options.timers.after(ms, run);
  }

  #end_session(): void {
    this.#cancel?.();
    this.#cancel = null;
    const peer = this.#peer;
    this.#peer = null;
    if (peer) {
      peer.onconnectionstatechange = null;
      peer.close();
      this.#options.closed?.();
    }
    if (this.#session?.url) this.#delete(this.#session.url, this.#session.token);
    this.#session = null;
  }

  #delete(url: string, token: string | undefined): void {
    // Sent even while the page is leaving; nothing depends on its success, the server ends silent sessions itself.
    this.#options.fetch(url, { method: 'DELETE', headers: bearer(token), keepalive: true }).catch(() => undefined);
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

// application/problem+json (RFC 9457) with our stable word.
function problemCode(body: string): string | null {
  try {
    const problem = JSON.parse(body) as { code?: unknown };
    return typeof problem.code === 'string' ? problem.code : null;
  } catch {
    return null;
  }
}
