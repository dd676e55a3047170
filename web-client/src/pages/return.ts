// The return on a screen in the room: remote speakers, full screen, with sound. Connects again for ever; tells the server
// whether its sound runs, because a silent return is an alarm for the technician.
import { effect, signal, untracked } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { Actions } from '../core/actions.ts';
import { known, t } from '../core/i18n.ts';
import { Listening } from '../core/media/listening.ts';
import { onNetworkChange } from '../core/media/network.ts';
import { Viewer } from '../core/media/viewer.ts';
import { emptyShelf } from '../core/memory.ts';
import { roomOf, tokenOf } from '../core/token.ts';
import { openSession, startPage, timers } from '../parts/app.ts';
import { icon, logo } from '../parts/icons.ts';
import { define, Part } from '../parts/part.ts';
import { keepAwake } from '../parts/screen.ts';
import { picture } from '../parts/video.ts';

// The pointer hides from the projector.
const kPointer_ms = 3_000;
// A session that was refused for good is asked for again: nobody stands at this screen to reload it.
const kRefused_ms = 5_000;

class ReturnPage extends Part {
  readonly #room = roomOf(location.pathname);
  readonly #token = tokenOf(location.hash);
  readonly #session = openSession({ room: this.#room, token: this.#token, page: 'return', resumes: false });
  readonly #actions = new Actions((method, params) => this.#session.call(method, params));
  readonly #listening = new Listening(emptyShelf(), this.#room);
  readonly #pointer = signal(true);
  readonly #viewer = new Viewer({
    url: () => `/whep/${encodeURIComponent(this.#room)}/return`,
    token: () => this.#token,
    connect: () => new RTCPeerConnection({ iceServers: this.#session.joined.value?.ice_servers ?? [], bundlePolicy: 'max-bundle' }),
    fetch: fetch.bind(window),
    timers,
    slots: () => ({ audio: 1, video: 1 }),
  });
  #hide: ReturnType<typeof setTimeout> | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('screen.title');
    keepAwake();
    this.#listening.play(this.#viewer.audio);
    this.#viewer.start();
    effect(() => {
      if (this.#viewer.transport.state.value === 'refused') setTimeout(() => this.#viewer.start(), kRefused_ms);
    });
    effect(() => {
      const started = this.#listening.playing.value;
      // Told again after each joining and each new media session, which the server begins as silent.
      const connected = this.#viewer.transport.state.value === 'connected';
      if (connected && this.#session.joined.value && this.#session.status.value === 'open') {
        this.#actions.returnSound(started).catch(() => undefined);
      }
    });
    // The server counts the return as gone when any session of it ends, also one that this page has given up before; then
    // it is told once more. Only who plays contradicts: of two such pages the silent one has nothing to say.
    effect(() => {
      const screen = this.#session.room_status.value?.returns.find(({ id }) => id === 'screen');
      const playing = untracked(() => this.#listening.playing.value && this.#viewer.transport.state.value === 'connected');
      if (screen?.state === 'waiting' && playing) this.#actions.returnSound(true).catch(() => undefined);
    });
    effect(() => {
      if (this.#session.joined.value) void this.#viewer.transport.probe();
    });
    onNetworkChange(() => this.#viewer.transport.hurry());
    addEventListener('pointermove', () => this.#moved());
    this.#moved();
  }

  #moved(): void {
    this.#pointer.value = true;
    if (this.#hide !== null) clearTimeout(this.#hide);
    this.#hide = setTimeout(() => (this.#pointer.value = false), kPointer_ms);
  }

  #start = (): void => {
    this.#listening.unblock();
    this.#full();
  };

  #full = (): void => {
    if (!document.fullscreenElement) document.documentElement.requestFullscreen().catch(() => undefined);
  };

  override render(): TemplateResult {
    const { state, refusal } = this.#viewer.transport;
    const media = state.value;
    return html`<main class="return" data-pointer=${this.#pointer.value} data-media=${media} @dblclick=${this.#full}>
      ${picture({ track: this.#viewer.video.value[0], label: t('screen.title') })}
      ${media === 'connected'
        ? nothing
        : html`<p class="waiting" role="status">${logo()}<span>${media === 'refused' ? (known('media.refused', refusal.value) ?? t('screen.refused')) : t('screen.connecting')}</span></p>`}
      ${this.#listening.blocked.value
        ? html`<div class="sound">
            <button type="button" class="button primary" data-action="sound" @click=${this.#start}>${icon('volume')}<span>${t('screen.start')}</span></button>
            <p>${t('screen.start.hint')}</p>
          </div>`
        : nothing}
    </main>`;
  }
}

await startPage('dark');
define('return-page', ReturnPage);
