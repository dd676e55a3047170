// The technician's page: of every room each source and return with state, picture and level; channels, speakers, alarms.
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { known, t } from '../core/i18n.ts';
import { hearKey } from '../core/meeting_state.ts';
import type { Picture, RoomStatus, RoomSummary, SourceStatus } from '../core/protocol.ts';
import { fetchRooms } from '../core/rooms.ts';
import type { Session } from '../core/session.ts';
import { tokenOf } from '../core/token.ts';
import { languageName } from '../core/format.ts';
import { openSession, startPage } from '../parts/app.ts';
import '../parts/clock.ts';
import { helpDialog, pageHead } from '../parts/head.ts';
import { helpsButton, type HelpRoom } from '../parts/help_line.ts';
import { icon, type IconName } from '../parts/icons.ts';
import '../parts/meters.ts';
import { define, Part } from '../parts/part.ts';
import '../parts/still.ts';
import { alarmText, bdi, channelName, connectionChip, connectionOf, detailText, type Content } from '../parts/words.ts';

// Rooms are configured, not made by the minute.
const kRooms_ms = 30_000;
// The list is what the whole page hangs on: while it fails it is asked for more often.
const kRetry_ms = 3_000;

interface Look {
  style: string;
  icon: IconName;
}

const looks: Readonly<Record<string, Look>> = {
  live: { style: 'good', icon: 'check' },
  connected: { style: 'good', icon: 'check' },
  decoding: { style: 'good', icon: 'check' },
  connecting: { style: 'reconnecting', icon: 'refresh' },
  waiting: { style: 'reconnecting', icon: 'refresh' },
  stopped: { style: 'fault', icon: 'alert' },
  failed: { style: 'fault', icon: 'alert' },
  on_air: { style: 'live', icon: 'mic' },
  off_air: { style: 'off', icon: 'mic_off' },
};

function stateWord(kind: 'source' | 'return' | 'speaker', state: string): TemplateResult {
  const { style, icon: shape } = looks[state] ?? { style: 'off', icon: 'help' as const };
  return html`<span class="state ${style}" data-state=${state}>${style === 'live' ? nothing : icon(shape)}${known(kind, state) ?? state}</span>`;
}

function pictureWords(picture: Picture | null | undefined): string {
  if (!picture?.width) return '';
  const size = `${picture.width}×${picture.height ?? 0}`;
  const rate = picture.frame_rate ? ` · ${Math.round(picture.frame_rate)}/s` : '';
  return `${(picture.codec ?? '').toUpperCase()} ${size}${rate} · ${t(picture.passthrough ? 'technician.passthrough' : 'technician.encoded')}`;
}

class TechnicianPage extends Part {
  readonly #token = tokenOf(location.hash);
  readonly #rooms = signal<RoomSummary[] | null>(null);
  readonly #failed = signal(false);
  readonly #sessions = new Map<string, Session>();

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('technician.title');
    void this.#load();
  }

  async #load(): Promise<void> {
    const rooms = await fetchRooms(fetch.bind(window), this.#token);
    this.#failed.value = rooms === null;
    for (const { id } of rooms ?? []) {
      if (!this.#sessions.has(id)) this.#sessions.set(id, openSession({ room: id, token: this.#token, page: 'technician', resumes: false }));
    }
    if (rooms) this.#rooms.value = rooms;
    setTimeout(() => void this.#load(), rooms ? kRooms_ms : kRetry_ms);
  }

  override render(): TemplateResult {
    const rooms = this.#rooms.value;
    const alarms = (rooms ?? []).reduce((sum, { id }) => sum + (this.#status(id)?.alarms.length ?? 0), 0);
    return html`<div class="technician console">
      ${pageHead({
        title: html`${t('technician.title')}`,
        middle: html`<day-clock></day-clock>
          <span class="state ${alarms ? 'fault' : 'good'}">${icon(alarms ? 'alert' : 'check')}${t('moderator.alarms', { count: alarms })}</span>`,
        end: helpsButton(this.#help_rooms()),
      })}
      <main class="rooms">
        ${this.#failed.value ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${t('index.failed')}</span></p>` : nothing}
        ${rooms === null
          ? html`<p class="none" role="status">${t('app.loading')}</p>`
          : rooms.length
            ? repeat(rooms, ({ id }) => id, (room) => this.#room(room))
            : html`<p class="none">${t('technician.no_rooms')}</p>`}
      </main>
      ${helpDialog([])}
      <help-desk .rooms=${this.#help_rooms()}></help-desk>
    </div>`;
  }

  #help_rooms(): HelpRoom[] {
    return (this.#rooms.value ?? []).flatMap(({ id, title }) => {
      const session = this.#sessions.get(id);
      return session ? [{ session, title }] : [];
    });
  }

  #status(room: string): RoomStatus | null {
    return this.#sessions.get(room)?.room_status.value ?? null;
  }

  #room({ id, title }: RoomSummary): TemplateResult {
    const session = this.#sessions.get(id);
    const status = this.#status(id);
    const state = session?.store.state.value ?? null;
    const refused = session?.refusal.value ?? null;
    const path = `/room/${encodeURIComponent(id)}`;
    const fragment = this.#token ? `#token=${encodeURIComponent(this.#token)}` : '';
    return html`<section class="room" aria-labelledby="room-${id}" data-alarms=${status?.alarms.length ?? 0}>
      <header>
        <h2 id="room-${id}">${bdi(title)}</h2>
        ${status
          ? html`<span class="state ${status.process === 'running' ? 'good' : 'reconnecting'}"
                >${icon(status.process === 'running' ? 'check' : 'refresh')}${t(`technician.process.${status.process}`)}</span
              >
              <span class="chip">${icon('eye')}${t('moderator.viewers', { count: status.viewers })}</span>`
          : nothing}
        <span class="grow"></span>
        ${session ? connectionChip(connectionOf(session.status.value, null)) : nothing}
        <a class="button quiet" href="${path}${fragment}" target="_blank" rel="noreferrer">${icon('people')}${t('technician.participant')}</a>
        <a class="button quiet" href="${path}/return${fragment}" target="_blank" rel="noreferrer">${icon('screen')}${t('technician.return_page')}</a>
      </header>
      ${state ? html`<p class="hears">${icon('people')}<span>${t(hearKey(state))}</span></p>` : nothing}
      ${refused
        ? html`<p class="notice fault" role="alert">${icon('alert')}<span>${t('technician.token')}</span></p>`
        : status
          ? this.#body(id, status)
          : html`<p class="none">${t('app.loading')}</p>`}
    </section>`;
  }

  #body(room: string, status: RoomStatus): TemplateResult {
    return html`${status.alarms.length
        ? html`<ul class="alarms" aria-label=${t('technician.alarms')}>
            ${status.alarms.map(
              (alarm) => html`<li class="alarm">${icon('alert')}<span>${alarmText(alarm)}</span>${alarm.since ? html`<since-clock .since=${alarm.since}></since-clock>` : nothing}</li>`,
            )}
          </ul>`
        : nothing}
      <div class="columns">
        <div class="group">
          <h3>${t('technician.sources')}</h3>
          <ul class="tiles">
            ${repeat(status.sources, ({ id }) => id, (source) => this.#tile(room, 'source', source))}
          </ul>
        </div>
        <div class="group">
          <h3>${t('technician.returns')}</h3>
          <ul class="tiles">
            ${repeat(status.returns, ({ id }) => id, (back) => this.#tile(room, 'return', back))}
          </ul>
        </div>
        <div class="group channels">
          <h3>${t('technician.channels')}</h3>
          ${this.#channels(status)}
          <h3>${t('technician.speakers')}</h3>
          ${this.#speakers(status)}
        </div>
      </div>`;
  }

  #tile(room: string, kind: 'source' | 'return', item: Omit<SourceStatus, 'state'> & { state: string }): TemplateResult {
    const facts = pictureWords(item.picture);
    const detail = detailText(item);
    // All returns carry one mix; the server keeps its still under the name of the screen.
    const still = kind === 'return' ? 'screen' : item.id;
    return html`<li class="tile" data-state=${item.state}>
      <div class="frame">
        <still-picture
          .url=${`/api/v1/rooms/${encodeURIComponent(room)}/pictures/${kind}/${encodeURIComponent(still)}`}
          .token=${this.#token}
          .label=${t('technician.picture', { name: item.id })}
        ></still-picture>
      </div>
      <p class="line"><strong class="id"><bdi>${item.id}</bdi></strong>${stateWord(kind, item.state)}</p>
      <level-meter .level=${item.level_db ?? -90} .label=${t('technician.level', { name: item.id })}></level-meter>
      ${item.url ? html`<p class="url"><bdi>${item.url}</bdi></p>` : nothing}${facts ? html`<p class="facts">${facts}</p>` : nothing}
      ${detail ? html`<p class="detail" title=${item.detail ?? ''}><bdi>${detail}</bdi></p>` : nothing}
    </li>`;
  }

  #channels({ channels }: RoomStatus): TemplateResult {
    return html`<ul class="bank">
      ${channels.map(
        ({ language, level_db, silent }) => html`<li data-silent=${silent ?? false}>
          <level-meter vertical .level=${level_db ?? -90} .label=${t('technician.level', { name: channelName(language) })}></level-meter>
          <span class="code" title=${language === 'floor' ? t('listen.floor') : languageName(language)}>${language === 'floor' ? 'FL' : language.toUpperCase()}</span>
          ${silent ? html`<span class="silent">${icon('volume_off')}<span class="unseen">${t('technician.silent')}</span></span>` : nothing}
        </li>`,
      )}
    </ul>`;
  }

  #speakers({ speakers }: RoomStatus): Content {
    if (!speakers.length) return html`<p class="none">${t('technician.nobody')}</p>`;
    return html`<ul class="guests">
      ${speakers.map(
        ({ name, state, level_db }) => html`<li>
          <p class="line"><span class="name"><bdi>${name}</bdi></span>${stateWord('speaker', state)}</p>
          <level-meter .level=${level_db ?? -90} .label=${t('technician.level', { name })}></level-meter>
        </li>`,
      )}
    </ul>`;
  }
}

await startPage('dark');
define('technician-page', TechnicianPage);
