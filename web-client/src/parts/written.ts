// A text that is read out in the room: who reads it, and what it says, for who may read it already.
import { signal } from '@preact/signals-core';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import type { Delivered, FloorRequest, MeetingState } from '../core/protocol.ts';
import { textReadingRoles } from '../core/protocol.ts';
import type { Session } from '../core/session.ts';
import { icon } from './icons.ts';
import { define, Part } from './part.ts';
import { withName, type Content } from './words.ts';

// Behind a name: "read by Rosa Reader".
export function readBy({ kind, reader }: FloorRequest): Content {
  if (kind !== 'written') return nothing;
  return html`<span class="affiliation read-by">${reader ? withName('written.read_by', reader) : t('written.read_by.nobody')}</span>`;
}

// Asks for the text when it is opened first; it never changes.
export class WrittenText extends Part {
  static override properties: PropertyDeclarations = { session: { attribute: false }, request: { type: String }, name: { type: String }, language: { type: String }, shown: { type: Boolean } };
  declare session: Session;
  declare request: string;
  declare name: string;
  declare language: string;
  // Open from the beginning.
  declare shown: boolean;
  readonly #text = signal<string | null>(null);
  readonly #failed = signal(false);
  #asked = '';

  constructor() {
    super();
    this.request = this.name = this.language = '';
    this.shown = false;
  }

  #load = async (): Promise<void> => {
    const request = this.request;
    this.#asked = request;
    this.#text.value = null;
    this.#failed.value = false;
    try {
      const { text } = (await this.session.call('floor.text', { request })) as { text: string };
      if (this.#asked === request) this.#text.value = text;
    } catch {
      this.#failed.value = true;
    }
  };

  #toggled = (event: Event): void => {
    if ((event.target as HTMLDetailsElement).open && this.#asked !== this.request) void this.#load();
  };

  override render(): TemplateResult {
    const lang = this.language && this.language !== 'floor' ? this.language : nothing;
    return html`<details class="written" ?open=${this.shown} @toggle=${this.#toggled}>
      <summary>${icon('note')}<span>${t('written.open')}</span><span class="unseen"> <bdi>${this.name}</bdi></span></summary>
      ${this.#failed.value
        ? html`<p class="line" role="alert"><span>${t('written.failed')}</span><button type="button" class="button" @click=${this.#load}>${t('app.retry')}</button></p>`
        : this.#text.value === null
          ? html`<p class="hint" role="status">${t('app.loading')}</p>`
          : html`<blockquote tabindex="0" dir="auto" lang=${lang} aria-label=${t('written.open')}>${this.#text.value}</blockquote>`}
    </details>`;
  }
}

function text(session: Session, { request, person, language }: { request: string; person: { name: string }; language?: string | null }, shown: boolean): TemplateResult {
  return html`<written-text .session=${session} .request=${request} .name=${person.name} .language=${language ?? ''} ?shown=${shown}></written-text>`;
}

// Of a request that is open: for who has the text read, and who interprets or captions it.
export function writtenText(session: Session, request: FloorRequest, state: MeetingState | null, shown = false): Content {
  if (request.kind !== 'written') return nothing;
  const own = request.person.participant === state?.you.participant;
  if (!own && !textReadingRoles.includes(state?.you.role ?? 'observer')) return nothing;
  return request.has_text ? text(session, request, shown) : html`<p class="hint">${t('written.paper')}</p>`;
}

// Those that were read out, for everybody.
export function deliveredTexts(session: Session, delivered: readonly Delivered[] = []): Content {
  if (!delivered.length) return nothing;
  return html`<h3 id="delivered-title">${t('written.delivered')}</h3>
    <ul class="delivered" aria-labelledby="delivered-title">
      ${delivered.map(
        (one) => html`<li data-request=${one.request}>
          <p class="name"><bdi>${one.person.name}</bdi></p>
          ${readBy({ ...one, kind: 'written' } as unknown as FloorRequest)} ${text(session, one, false)}
        </li>`,
      )}
    </ul>`;
}

define('written-text', WrittenText);
