// A still of a room, source or return, fetched again and again with the page's token (an <img> could not carry it) and drawn on a
// canvas, so that nothing flickers between two of them.
import { signal } from '@preact/signals-core';
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import { define, Part } from './part.ts';

// As often as the room process makes one.
const kEvery_ms = 2_000;

export class StillPicture extends Part {
  static override properties: PropertyDeclarations = { url: {}, token: { attribute: false }, label: {}, every_ms: { attribute: false }, count: { attribute: false } };
  declare url: string;
  declare token: string | undefined;
  declare label: string;
  declare every_ms: number;
  declare count: (bytes: number) => void; // of each that came

  readonly #has = signal(false);
  #etag: string | null = null; // of what is shown
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    super();
    this.url = '';
    this.label = '';
    this.every_ms = kEvery_ms;
    this.count = () => {};
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setTimeout(() => void this.#next(), 0);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #next(): Promise<void> {
    if (!document.hidden && this.url) await this.#fetch();
    if (this.isConnected) this.#timer = setTimeout(() => void this.#next(), this.every_ms);
  }

  async #fetch(): Promise<void> {
    try {
      const headers = { ...(this.token && { Authorization: `Bearer ${this.token}` }), ...(this.#etag && { 'If-None-Match': this.#etag }) };
      const response = await fetch(this.url, { headers, cache: 'no-store' });
      if (response.status === 304) return;
      this.#etag = null;
      if (!response.ok) {
        this.#has.value = false;
        return;
      }
      const jpeg = await response.blob();
      this.count(jpeg.size);
      const image = await createImageBitmap(jpeg);
      const canvas = this.querySelector('canvas');
      if (canvas) {
        canvas.width = image.width;
        canvas.height = image.height;
        canvas.getContext('2d')?.drawImage(image, 0, 0);
        this.#has.value = true;
        this.#etag = response.headers.get('ETag');
      }
      image.close();
    } catch {
      this.#etag = null;
      this.#has.value = false;
    }
  }

  override render(): TemplateResult {
    return html`<canvas role="img" aria-label=${this.label} width="320" height="180" ?hidden=${!this.#has.value}></canvas>
      <p class="none" ?hidden=${this.#has.value}>${t('technician.no_picture')}</p>`;
  }
}

define('still-picture', StillPicture);
