// What a person listens to: the channels in their own script, the volume, the floor quietly under an interpretation. In the
// room itself: an interpretation by earphone, or nothing.
import { html, nothing, type TemplateResult } from 'lit';

import { kMostUnder, type Listening } from '../core/media/listening.ts';
import { t } from '../core/i18n.ts';
import { icon } from './icons.ts';
import { placeMenu } from './menu.ts';
import { channelName } from './words.ts';

export interface ListenOptions {
  listening: Listening;
  languages: readonly string[];
  silent: readonly string[];
  choose: (language: string) => void;
  // In the room: what is heard by earphone, kNothing at first.
  earphone?: string;
}

export const kNothing = 'none';

function chosenOf({ listening, earphone }: ListenOptions): string {
  return earphone ?? listening.language.value;
}

function nameOf(language: string): string {
  return language === kNothing ? t('here.nothing') : channelName(language);
}

function isWord(language: string): boolean {
  return language === 'floor' || language === kNothing;
}

export function listenButton(options: ListenOptions): TemplateResult {
  const language = chosenOf(options);
  const name = nameOf(language);
  return html`<button type="button" class="button listen" popovertarget="listen" data-action="listen" aria-label=${t(options.earphone === undefined ? 'listen.button' : 'here.listen', { language: name })}>
    ${icon('headphones')}<span lang=${isWord(language) ? nothing : language}><bdi>${name}</bdi></span>${icon('down')}
  </button>`;
}

function channel(language: string, options: ListenOptions): TemplateResult {
  const { silent, choose, earphone } = options;
  const quiet = silent.includes(language);
  const hint = quiet ? `channel-${language}-hint` : nothing;
  return html`<label class="choice channel ${quiet ? 'quiet' : ''}">
    <input
      type="radio"
      name="channel"
      value=${language}
      aria-label=${nameOf(language)}
      aria-describedby=${hint}
      .checked=${chosenOf(options) === language}
      @change=${() => choose(language)}
    />
    <span class="dot" aria-hidden="true"></span>
    <bdi lang=${isWord(language) ? nothing : language}>${nameOf(language)}</bdi>
    ${quiet ? html`<small id=${hint}>${t(earphone === undefined ? 'listen.silent.mark' : 'here.silent.mark')}</small>` : nothing}
    <span class="tick">${icon('check')}</span>
  </label>`;
}

function slider(label: string, value: number, most: number, change: (value: number) => void): TemplateResult {
  return html`<label class="field slider"
    ><span>${label} <span class="value">${value} %</span></span>
    <input type="range" min="0" max=${most} .value=${String(value)} aria-label=${label} @input=${(event: Event) => change(Number((event.target as HTMLInputElement).value))}
  /></label>`;
}

export function listenMenu(options: ListenOptions): TemplateResult {
  const { listening, languages, earphone } = options;
  const title = t(earphone === undefined ? 'listen.title' : 'here.listen.title');
  const set = (run: () => void): void => {
    run();
    listening.remember();
  };
  return html`<div id="listen" class="menu listen-menu" popover @toggle=${placeMenu} @beforetoggle=${placeMenu}>
    <fieldset role="radiogroup" aria-label=${title}>
      <p class="legend">${title}</p>
      ${earphone === undefined ? nothing : html`<p class="hint earphone-hint">${icon('headphones')}${t('here.earphone')}</p>`}
      <div class="channels">${languages.map((language) => channel(language, options))}</div>
    </fieldset>
    ${slider(t('listen.volume'), listening.volume.value, 100, (value) =>
      set(() => {
        listening.volume.value = value;
        listening.muted.value = false;
      }),
    )}
    ${earphone !== undefined || listening.language.value === 'floor'
      ? nothing
      : slider(t('listen.under'), listening.under.value, kMostUnder, (value) => set(() => (listening.under.value = value)))}
  </div>`;
}
