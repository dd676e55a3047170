// The list of rooms and what is on.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { languageName } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import type { RoomSummary } from '../core/protocol.ts';
import { fetchRooms } from '../core/rooms.ts';
import { tokenOf } from '../core/token.ts';
import { startPage } from '../parts/app.ts';
import { hall, icon } from '../parts/icons.ts';
import { helpDialog, pageHead } from '../parts/head.ts';
import { define, Part } from '../parts/part.ts';
import { bdi, withName } from '../parts/words.ts';

const kEvery_ms = 10_000;

class IndexPage extends Part {
  readonly #rooms = signal<RoomSummary[] | null>(null);
  readonly #failed = signal(false);
  readonly #token = tokenOf(location.hash);

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = `${t('index.title')} · ${t('app.name')}`;
    void this.#load();
  }

  async #load(): Promise<void> {
    const rooms = document.hidden ? this.#rooms.value : await fetchRooms(fetch.bind(window), this.#token);
    this.#failed.value = rooms === null && !document.hidden;
    if (rooms) this.#rooms.value = rooms;
    setTimeout(() => void this.#load(), kEvery_ms);
  }

  override render(): TemplateResult {
    const rooms = this.#rooms.value;
    return html`${pageHead({ title: t('app.name') })}
      <main class="index">
        <div class="hero">
          <div>
            <h2>${t('index.title')}</h2>
            <p>${t('index.lead')}</p>
          </div>
          ${hall()}
        </div>
        ${this.#failed.value ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${t('index.failed')}</span></p>` : nothing}
        ${rooms === null
          ? html`<p class="none" role="status">${this.#failed.value ? nothing : t('app.loading')}</p>`
          : rooms.length
            ? html`<ul class="cards">
                ${rooms.map((room) => this.#card(room))}
              </ul>`
            : html`<p class="none">${t('index.empty')}</p>`}
      </main>
      ${helpDialog([])}`;
  }

  #card({ id, title, state, languages, picture, speaker }: RoomSummary): TemplateResult {
    const href = `/room/${encodeURIComponent(id)}${this.#token ? `#token=${encodeURIComponent(this.#token)}` : ''}`;
    const spoken = (languages ?? []).filter((language) => language !== 'floor');
    return html`<li class="card">
      <h3>${bdi(title)}</h3>
      <p class="line">
        ${speaker ? html`<span class="state live">${t('state.live')}</span>` : nothing}${state ? html`<span class="state ${state === 'live' ? 'good' : 'waiting'}">${t(`meeting.${state}`)}</span>` : nothing}
      </p>
      <p>
        ${speaker ? withName('index.speaking', speaker) : picture ? t(picture === 'live' ? 'index.live' : 'index.slate') : nothing}
      </p>
      ${spoken.length
        ? html`<p class="line" aria-label=${t('index.languages')}>${spoken.map((language) => html`<span class="chip" lang=${language}>${languageName(language)}</span>`)}</p>`
        : nothing}
      <a class="button primary" href=${href}>${icon('play')}<span>${t('index.enter', { room: title })}</span></a>
    </li>`;
  }
}

await startPage();
define('index-page', IndexPage);
