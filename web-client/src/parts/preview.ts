// Somebody in the green room, as the moderator sees them: picture by WHEP, without sound.
import type { PropertyDeclarations, TemplateResult } from 'lit';

import { Viewer } from '../core/media/viewer.ts';
import { timers } from './app.ts';
import { define, Part } from './part.ts';
import { picture } from './video.ts';

export class PreviewPicture extends Part {
  static override properties: PropertyDeclarations = { url: {}, label: {}, token: { attribute: false } };
  declare url: string;
  declare label: string;
  declare token: () => string | undefined;

  readonly #viewer = new Viewer({
    url: () => this.url,
    token: () => this.token(),
    connect: () => new RTCPeerConnection({ bundlePolicy: 'max-bundle' }),
    fetch: fetch.bind(window),
    timers,
    slots: () => ({ audio: 1, video: 1 }),
  });

  constructor() {
    super();
    this.url = '';
    this.label = '';
    this.token = () => undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The template sets the address after the element is connected.
    queueMicrotask(() => {
      if (this.isConnected) this.#viewer.start();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#viewer.stop();
  }

  override render(): TemplateResult {
    return picture({ track: this.#viewer.video.value[0], label: this.label });
  }
}

define('preview-picture', PreviewPicture);
