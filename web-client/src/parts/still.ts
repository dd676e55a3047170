// A still of a source or return, fetched again and again with the page's token (an <img> could not carry it) and drawn on a
// canvas, so that nothing flickers between two of them.
import { signal } from '@preact/signals-core';
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import { define, Part } from './part.ts';

// As often as the room process makes one.
const kEvery_ms = 2_000;

export class StillPicture extends Part {
  static override properties: PropertyDeclarations = { url: {}, token: { attribute: false }, label: {} };
  declare url: string;
  declare token: string | undefined;
  declare label: string;

  readonly #has = signal(false);
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    super();
    this.url = '';
    this.label = '';
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
    if (this.isConnected) this.#timer = setTimeout(() => void this.#next(), kEvery_ms);
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.url, { headers: this.token ? { Authorization: `Bearer ${this.token}` } : {}, cache: 'no-store' });
      if (!response.ok) {
        this.#has.value = false;
        return;
      }
      const image = await createImageBitmap(await response.blob());
      const canvas = this.querySelector('canvas');
      if (canvas) {
        canvas.width = image.width;
        canvas.height = image.height;
        canvas.getContext('2d')?.drawImage(image, 0, 0);
        this.#has.value = true;
      }
      image.close();
    } catch {
      this.#has.value = false;
    }
  }

  override render(): TemplateResult {
    return html`<canvas role="img" aria-label=${this.label} width="320" height="180" ?hidden=${!this.#has.value}></canvas>
      <p class="none" ?hidden=${this.#has.value}>${t('technician.no_picture')}</p>`;
  }
}

define('still-picture', StillPicture);
