// The participant's page: join, watch, ask, speak.
import { computed, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';
import { tabShelf } from '../core/memory.ts';
import { speakingRoles } from '../core/protocol.ts';
import type { Shortcut } from '../core/shortcuts.ts';
import { claimsOf } from '../core/token.ts';
import { itemWords } from '../parts/agenda.ts';
import { startPage } from '../parts/app.ts';
import { closeDialog, dialogHead, helpDialog, listenForKeys, openHelp, pageHead, showDialog } from '../parts/head.ts';
import { helpAnswer } from '../parts/help_line.ts';
import { icon } from '../parts/icons.ts';
import '../parts/device_check.ts';
import { joinView, leftView, sessionRefusedView } from '../parts/join.ts';
import { kNothing, listenButton, listenMenu, type ListenOptions } from '../parts/listen_menu.ts';
import { ownCard } from '../parts/own_card.ts';
import { define, Part } from '../parts/part.ts';
import { pressButton } from '../parts/press.ts';
import '../parts/request_form.ts';
import type { RequestForm } from '../parts/request_form.ts';
import { speakersList } from '../parts/speakers_list.ts';
import { bdi, connectionChip, connectionOf, errorText, type Content } from '../parts/words.ts';
import { ParticipantModel } from './participant_model.ts';
import { showsSlate, stage } from './participant_stage.ts';

type Step = 'join' | 'check' | 'in' | 'left';

class ParticipantPage extends Part {
  readonly #model = new ParticipantModel();
  readonly #claims = claimsOf(this.#model.token);
  readonly #entered_key = `plenary.entered.${this.#model.room}`;
  // The answer to a call for help that was read.
  readonly #answer = signal<string | null>(null);
  readonly #step = signal<Step>('join');
  readonly #may_speak = computed(() => speakingRoles.includes(this.#model.session.store.state.value?.you.role ?? 'observer'));

  override connectedCallback(): void {
    super.connectedCallback();
    listenForKeys(() => (this.#step.value === 'in' ? this.#shortcuts() : []));
    // A reload brings back where one was, without asking again.
    if (tabShelf.get(this.#entered_key)) this.#enter();
  }

  #enter = (): void => {
    tabShelf.set(this.#entered_key, '1');
    if (!this.#model.own.current.value) this.#model.devices.close();
    this.#step.value = 'in';
    this.#model.enter();
  };

  #check = (): void => {
    this.#step.value = 'check';
    void this.#model.check(() => this.#step.value === 'check');
  };

  #leave = (): void => {
    tabShelf.remove(this.#entered_key);
    this.#model.leave();
    this.#step.value = 'left';
  };

  // The same check later on, in a dialog; devices that nothing else needs are closed with it.
  readonly #checking = signal(false);

  #open_check = (): void => {
    this.#checking.value = true;
    showDialog('check');
    void this.#model.check(() => this.#checking.value);
  };

  #check_closed = (): void => {
    this.#checking.value = false;
    if (!this.#model.own.current.value && !this.querySelector('#request[open]')) this.#model.devices.close();
  };

  #check_dialog(): TemplateResult {
    const { devices, checker } = this.#model;
    return html`<dialog id="check" class="sheet check-dialog" aria-labelledby="check-title" @close=${this.#check_closed}>
      ${dialogHead('check', t('check.title'))}
      ${this.#checking.value
        ? html`<div class="body check">
            <device-check .devices=${devices} .checker=${checker}></device-check>
            <button type="button" class="button primary" @click=${() => closeDialog('check')}>${t('app.close')}</button>
          </div>`
        : nothing}
    </dialog>`;
  }

  // Who publishes already is measured on that way.
  #check_button(): Content {
    if (!this.#may_speak.value || !['none', 'pending', 'queued', 'ended'].includes(this.#model.own.phase.value)) return nothing;
    return html`<button type="button" class="button quiet square check-button" data-action="check" aria-label=${t('check.open')} title=${t('check.open')} @click=${this.#open_check}>
      ${icon('mic')}
    </button>`;
  }

  #ask = (): void => this.querySelector<RequestForm>('request-form')?.show();
  #ask_order = (): void => this.querySelector<RequestForm>('request-form')?.show(true);

  override render(): TemplateResult {
    const { session, devices, following, room } = this.#model;
    if (session.refusal.value) return html`${pageHead({ title: t('app.name'), help: false })}${sessionRefusedView(session.refusal.value)}`;
    if (this.#step.value === 'left') return html`${pageHead({ title: t('app.name'), help: false })}${leftView(() => location.reload())}`;
    if (this.#step.value !== 'in')
      return html`${pageHead({ title: t('app.name'), help: false })}
      ${joinView({ session, room, claims: this.#claims, devices, checker: this.#model.checker, following, where_fixed: this.#model.where_fixed, setHere: (on) => void this.#model.setHere(on), checking: this.#step.value === 'check', watch: this.#enter, check: this.#check, enter: this.#enter })}`;
    return this.#meeting();
  }

  // Red is only who is on air; the time runs on between two speeches. Nothing in a head is read out by itself.
  #head_live(since: number | null): Content {
    const { session } = this.#model;
    const on_air = session.store.onAir.value.length > 0;
    if (!on_air && since === null) return nothing;
    const clock = since === null ? nothing : html`<since-clock hours .since=${since} .now=${() => session.server_now()}></since-clock>`;
    return html`<span class="state ${on_air ? 'live' : 'off'} head-live">${t(on_air ? 'state.live' : 'meeting.live')} ${clock}</span>`;
  }

  #meeting(): TemplateResult {
    const model = this.#model;
    const state = model.session.store.state.value;
    const phase = model.own.phase.value;
    const signaling = model.session.status.value;
    const media = model.viewer.transport.state.value;
    const listen = this.#listen();
    const here = model.following.here.value;
    const silent_here = here && model.following.earphone.value === null;
    const can_listen = !here || listen.languages.length > 1;
    return html`<div class="participant" data-phase=${phase} data-here=${here}>
      ${pageHead({
        title: html`${bdi(state?.meeting.title ?? model.room)}${itemWords(state)}`,
        middle: this.#head_live(state?.meeting.live_since ?? null),
        end: html`${connectionChip(connectionOf(signaling, silent_here ? null : media))}
          <button type="button" class="button quiet square leave" data-action="leave" aria-label=${t('leave.button')} title=${t('leave.button')} @click=${this.#leave}>
            ${icon('leave')}
          </button>`,
      })}
      ${phase === 'live' ? html`<p class="live-banner" data-text=${t('own.live')} aria-hidden="true"></p>` : nothing}
      <div class="notices">${this.#notices()}</div>
      <main class="meeting">
        ${stage(model)}
        ${ownCard({
          own: model.own,
          devices: model.devices,
          publishing: model.publisher.transport.state.value,
          refusal: model.publisher.transport.refusal.value,
          here,
          now: () => model.session.server_now(),
          withdraw: () => this.#withdraw('quiet'),
          check: this.#open_check,
          order: this.#ask_order,
        })}
        <aside class="panel" aria-label=${t('list.title')}>
          <p class="panel-item" role="status">${itemWords(state)}</p>
          ${state ? speakersList({ state, session: model.session, now: () => model.session.server_now() }) : html`<p class="none">${t('app.loading')}</p>`}
        </aside>
      </main>
      <footer class="controls">
        <div class="side">${can_listen ? listenButton(listen) : nothing}${here ? nothing : this.#check_button()}</div>
        <div class="main-action">${this.#main_action()}</div>
        <div class="side end">${here ? nothing : this.#low()}${silent_here ? nothing : this.#volume()}${here ? nothing : this.#full_screen()}</div>
      </footer>
      ${can_listen ? listenMenu(listen) : nothing}${here ? nothing : this.#check_dialog()} ${helpDialog(this.#shortcuts(), html`<help-ask .session=${model.session}></help-ask>`)}
      <request-form ?here=${here} .state=${state} .actions=${model.actions} .presses=${model.presses} .devices=${model.devices} .check=${this.#open_check}></request-form>
    </div>`;
  }

  #listen(): ListenOptions {
    const { listening, session, following } = this.#model;
    const state = session.store.state.value;
    if (following.here.value)
      return {
        listening,
        languages: [kNothing, ...(state?.languages ?? []).filter((language) => language !== 'floor')],
        silent: state?.room.silent_channels ?? [],
        choose: (language) => void this.#model.chooseEarphone(language === kNothing ? null : language),
        earphone: following.earphone.value ?? kNothing,
      };
    return {
      listening,
      languages: state?.languages ?? ['floor'],
      silent: state?.room.silent_channels ?? [],
      choose: (language) => void this.#model.choose(language),
    };
  }

  #notices(): Content {
    const { session, listening, following, presses, own } = this.#model;
    const state = session.store.state.value;
    const refusal = presses.refusal.value;
    const here = following.here.value;
    const language = here ? (following.earphone.value ?? 'floor') : listening.language.value;
    const lost = session.status.value === 'waiting' && session.joined.value;
    return html`${helpAnswer(session, this.#answer.value, (seen) => (this.#answer.value = seen))}${lost
      ? html`<p class="notice" role="status">${icon('refresh')}<span>${t(own.current.value ? 'connection.lost.place' : 'connection.lost')}</span></p>`
      : nothing}
    ${this.#model.chime.silent.value
      ? html`<div class="notice warn" role="alert">
          ${icon('volume_off')}
          <p>${t('own.chime')}</p>
          <button type="button" class="button" data-action="chime" @click=${() => listening.unblock()}>${t('stage.sound')}</button>
        </div>`
      : nothing}
    ${session.replaced.value
      ? html`<div class="notice warn" role="alert">
          ${icon('alert')}
          <p>${t('connection.replaced')}</p>
          <button type="button" class="button" @click=${() => (session.replaced.value = false)}>${t('connection.replaced.here')}</button>
        </div>`
      : nothing}
    ${state && state.meeting.state !== 'live' && !showsSlate(this.#model) ? html`<p class="notice warn" role="status">${icon('pause')}<span>${t(`meeting.${state.meeting.state}`)}</span></p>` : nothing}
    ${language !== 'floor' && state?.room.silent_channels.includes(language)
      ? html`<p class="notice" role="status">${icon('headphones')}<span>${t(here ? 'here.silent' : 'listen.silent')}</span></p>`
      : nothing}
    ${refusal && refusal.press !== 'request'
      ? html`<div class="notice fault" role="alert">
          ${icon('alert')}
          <p>${refusal.press === 'language' ? t('listen.failed') : errorText(refusal.error)}</p>
          <button type="button" class="button quiet square" aria-label=${t('app.close')} @click=${() => presses.dismiss()}>${icon('close')}</button>
        </div>`
      : nothing}`;
  }

  #withdraw(look: string): Content {
    const { own, presses, actions } = this.#model;
    const request = own.current.value?.request;
    if (!request) return nothing;
    return pressButton(presses, {
      press: 'withdraw',
      label: t('request.withdraw'),
      icon: 'close',
      look,
      run: () => {
        own.withdrawing(request);
        return actions.withdraw(request);
      },
    });
  }

  // The one primary action, always at the same place.
  #main_action(): Content {
    const { own, presses, actions } = this.#model;
    const request = own.current.value?.request ?? '';
    switch (own.phase.value) {
      case 'pending':
      case 'queued':
        return this.#withdraw('wide');
      case 'standby':
        return pressButton(presses, {
          press: 'ready',
          label: t('own.ready'),
          icon: 'check',
          look: 'go wide',
          disabled: own.ready.value,
          run: () => actions.ready(request),
        });
      case 'read':
        return html`<p class="hint center">${t('own.read')}</p>`;
      case 'granted':
      case 'live':
      case 'paused':
      case 'held':
        return pressButton(presses, { press: 'release', label: t('own.end'), icon: 'stop', look: 'end wide', run: () => actions.release() });
      default:
        if (this.#model.session.store.state.value?.meeting.state === 'closed') return html`<p class="hint center">${t('meeting.closed')}</p>`;
        return this.#may_speak.value
          ? html`<button type="button" class="button primary wide" data-action="request" @click=${this.#ask}>${icon('hand')}<span>${t('request.button')}</span></button>`
          : html`<p class="hint center">${t('join.speak.no')}</p>`;
    }
  }

  #low(): TemplateResult {
    const low = this.#model.following.low.value;
    return html`<button type="button" class="button quiet square low" data-action="low" aria-pressed=${low} aria-label=${t('low.title')} title=${t('low.title')} @click=${this.#toggle_low}>
      ${icon('low')}
    </button>`;
  }

  #toggle_low = (): void => this.#model.setLow(!this.#model.following.low.value);

  #volume(): TemplateResult {
    const { listening } = this.#model;
    const muted = listening.muted.value || listening.volume.value === 0;
    const label = t(muted ? 'listen.unmute' : 'listen.mute');
    return html`<button type="button" class="button quiet square volume" data-action="volume" aria-label=${label} title=${label} @click=${() => (listening.muted.value = !listening.muted.value)}>
      ${icon(muted ? 'volume_off' : 'volume')}
    </button>`;
  }

  #full = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.querySelector('.stage')?.requestFullscreen();
  };

  #full_screen(): TemplateResult {
    return html`<button type="button" class="button quiet square" data-action="full" aria-label=${t('app.fullscreen')} title=${t('app.fullscreen')} @click=${this.#full}>
      ${icon('full')}
    </button>`;
  }

  #shortcuts(): Shortcut[] {
    const model = this.#model;
    const press = (selector: string) => () => this.querySelector<HTMLButtonElement>(selector)?.click();
    const always: Shortcut[] = [
      { key: '?', label: 'key.help', run: openHelp },
      { key: 'R', label: 'key.request', run: press('[data-action="request"], [data-action="withdraw"]') },
    ];
    const digits = ['floor', 'en', 'fr', 'es', 'ar', 'zh', 'ru'];
    const has = (language: string): boolean => model.session.store.state.value?.languages.includes(language) ?? false;
    if (model.following.here.value)
      return [
        ...always,
        { key: 'L', label: 'key.language', run: press('[data-action="listen"]') },
        ...digits.map((language, digit) => ({
          key: String(digit),
          label: digit ? 'key.interpretation' : 'key.nothing',
          run: () => {
            if (!digit) void model.chooseEarphone(null);
            else if (has(language)) void model.chooseEarphone(language);
          },
        })),
      ];
    return [
      ...always,
      { key: 'M', label: 'key.mic', run: () => model.devices.toggleMic() },
      { key: 'V', label: 'key.camera', run: () => model.devices.toggleCamera() },
      { key: 'L', label: 'key.language', run: press('[data-action="listen"]') },
      ...digits.map((language, digit) => ({
        key: String(digit),
        label: digit ? 'key.interpretation' : 'key.floor',
        run: () => {
          if (has(language)) void model.choose(language);
        },
      })),
      { key: 'B', label: 'key.low', run: this.#toggle_low },
      { key: 'F', label: 'key.fullscreen', run: this.#full },
    ];
  }
}

await startPage();
define('participant-page', ParticipantPage);
