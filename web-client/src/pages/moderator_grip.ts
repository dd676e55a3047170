// A row taken by its grip and dropped at another place: with mouse, pen or finger, what Alt+↑↓ and "Move to…" do by keyboard.
import { effect, signal } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';

import { dropTarget } from '../core/order.ts';
import { RpcError } from '../core/rpc.ts';
import { icon } from '../parts/icons.ts';
import type { ModeratorModel } from './moderator_model.ts';

// A press with an unsteady hand is none; px.
const kSlack = 4;
// How near to the end of what is seen of the list it goes on by itself; about a row, px.
const kEdge = 56;
// Of the way into that edge, each second: at its end ten rows.
const kPace = 10;
// A page that stood still goes on from there, not by a leap.
const kPause_ms = 100;

interface Drag {
  id: string;
  // Before whom it would be dropped; null: at the end; undefined: where it lies.
  before: string | null | undefined;
}

export class RowDrag {
  readonly #model: ModeratorModel;
  readonly #list: () => Element | null;
  readonly #drag = signal<Drag | null>(null);
  #end: (() => void) | null = null;

  constructor(model: ModeratorModel, list: () => Element | null) {
    this.#model = model;
    this.#list = list;
  }

  // No stop of the keyboard, and nothing to be read out: it has Alt+↑↓ and "Move to…".
  grip(id: string): TemplateResult {
    const stay = (event: Event): void => event.preventDefault(); // the focus stays where it is
    return html`<span class="grip" aria-hidden="true" @pointerdown=${(event: PointerEvent) => this.#take(event, id)} @mousedown=${stay}>${icon('grip')}</span>`;
  }

  // How a row looks meanwhile; the line of a place at the end is below the last row that is shown.
  look(id: string, last: boolean): 'taken' | 'before' | 'after' | '' {
    const drag = this.#drag.value;
    if (!drag) return '';
    if (drag.id === id) return 'taken';
    if (drag.before === id) return 'before';
    const below = drag.before !== undefined && !this.#model.shown.value.some(({ request }) => request === drag.before);
    return last && below ? 'after' : '';
  }

  #take(event: PointerEvent, id: string): void {
    if (event.button !== 0 || !event.isPrimary || this.#end) return;
    const ended = new AbortController();
    const start = event.clientY;
    let y = start;
    let drawn = performance.now();
    const scroll = (now: number): void => {
      if (ended.signal.aborted) return;
      if (this.#drag.value && this.#scroll(y, Math.min(now - drawn, kPause_ms))) this.#aim(id, y);
      drawn = now;
      requestAnimationFrame(scroll);
    };
    this.#model.hold(id);
    // Moves outside the window count, too. A row that is put elsewhere in the document loses the pointer again: hence the document listens.
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const listen = <Type extends keyof DocumentEventMap>(type: Type, then: (event: DocumentEventMap[Type]) => void): void =>
      document.addEventListener(type, then, { signal: ended.signal, capture: true });
    const own = (then: (event: PointerEvent) => void) => (other: PointerEvent): void => {
      if (other.pointerId === event.pointerId) then(other);
    };
    listen('pointermove', own(({ clientY }) => {
      y = clientY;
      if (!this.#drag.value && Math.abs(y - start) >= kSlack) requestAnimationFrame(scroll);
      if (this.#drag.value || Math.abs(y - start) >= kSlack) this.#aim(id, y);
    }));
    listen('pointerup', own(() => this.#drop()));
    listen('pointercancel', own(() => this.#end?.()));
    listen('keydown', (press) => {
      if (press.key !== 'Escape') return;
      press.preventDefault();
      press.stopImmediatePropagation();
      this.#end?.();
    });
    // Somebody else was first: nobody is held by the pointer any more.
    const forget = effect(() => {
      if (this.#model.rows.value.some(({ request }) => request === id)) return;
      queueMicrotask(() => this.#gone(id));
    });
    this.#end = () => {
      ended.abort();
      forget();
      this.#drag.value = null;
      this.#end = null;
    };
  }

  #aim(id: string, y: number): void {
    const rows = [...(this.#list()?.querySelectorAll<HTMLElement>('.row') ?? [])].map((row) => {
      const { top, height } = row.getBoundingClientRect();
      return { id: row.dataset.request ?? '', middle: top + height / 2 };
    });
    let before = dropTarget(rows, id, y);
    // Behind the last who is found there may be others.
    if (before === null) {
      const all = this.#model.rows.value.filter(({ request }) => request !== id);
      const last = all.findIndex(({ request }) => request === rows.filter((row) => row.id !== id).at(-1)?.id);
      before = all[last + 1]?.request ?? null;
    }
    if (this.#drag.value?.before !== before || this.#drag.value?.id !== id) this.#drag.value = { id, before };
  }

  // Whether it has scrolled.
  #scroll(y: number, passed_ms: number): boolean {
    const centre = this.#list()?.closest('.centre');
    const page = document.documentElement;
    const scroller = centre && centre.scrollHeight > centre.clientHeight && getComputedStyle(centre).overflowY === 'auto' ? centre : page;
    const { top, bottom } = scroller === page ? { top: 0, bottom: innerHeight } : scroller.getBoundingClientRect();
    const bar = document.querySelector('.act-bar')?.getBoundingClientRect().top ?? bottom;
    const over = Math.min(0, y - top - kEdge) || Math.max(0, y - Math.min(bottom, bar) + kEdge);
    const from = scroller.scrollTop;
    // At least a pixel: a smaller step would be none.
    const step = (over * kPace * passed_ms) / 1000;
    if (step) scroller.scrollTop += Math.sign(step) * Math.max(1, Math.abs(step));
    return scroller.scrollTop !== from;
  }

  #drop(): void {
    const drag = this.#drag.value;
    this.#end?.();
    if (!drag || drag.before === undefined) return;
    const { id, before } = drag;
    const rows = this.#model.rows.value;
    if (before !== null && !rows.some(({ request }) => request === before)) return this.#refuse(id);
    // The list has brought it there meanwhile.
    const next = rows[rows.findIndex(({ request }) => request === id) + 1]?.request ?? null;
    if (next === before) return;
    void this.#model.presses.run(`move ${id}`, () => this.#model.moveBefore(id, before));
  }

  #gone(id: string): void {
    if (!this.#end) return;
    this.#end();
    this.#refuse(id);
  }

  // By the word that the server has for it.
  #refuse(id: string): void {
    void this.#model.presses.run(`move ${id}`, () => Promise.reject(new RpcError(-32004, 'moved_on', 'Things have moved on since.')));
  }
}
