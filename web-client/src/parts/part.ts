// The base of every element here: Lit in the light DOM (ARIA ids cross no shadow root), rendered again when a signal that
// its render has read changes.
import { effect } from '@preact/signals-core';
import { LitElement } from 'lit';

export abstract class Part extends LitElement {
  #forget: (() => void) | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override performUpdate(): void {
    if (!this.isUpdatePending) return;
    this.#forget?.();
    let first = true;
    this.#forget = effect(() => {
      // The first run renders and so learns what is read; a later run only asks for the next update.
      if (first) super.performUpdate();
      else this.requestUpdate();
      first = false;
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget?.();
    this.#forget = null;
  }
}

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
