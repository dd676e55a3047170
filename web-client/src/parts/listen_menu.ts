// What a person listens to: the channels in their own script, the volume, the floor quietly under an interpretation.
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
}

export function listenButton({ listening }: ListenOptions): TemplateResult {
  const language = listening.language.value;
  const name = channelName(language);
  return html`<button type="button" class="button listen" popovertarget="listen" data-action="listen" aria-label=${t('listen.button', { language: name })}>
    ${icon('headphones')}<span lang=${language === 'floor' ? nothing : language}><bdi>${name}</bdi></span>${icon('down')}
  </button>`;
}

function channel(language: string, { listening, silent, choose }: ListenOptions): TemplateResult {
  const quiet = silent.includes(language);
  const hint = quiet ? `channel-${language}-hint` : nothing;
  return html`<label class="choice channel ${quiet ? 'quiet' : ''}">
    <input
      type="radio"
      name="channel"
      value=${language}
      aria-label=${channelName(language)}
      aria-describedby=${hint}
      .checked=${listening.language.value === language}
      @change=${() => choose(language)}
    />
    <span class="dot" aria-hidden="true"></span>
    <bdi lang=${language === 'floor' ? nothing : language}>${channelName(language)}</bdi>
    ${quiet ? html`<small id=${hint}>${t('listen.silent.mark')}</small>` : nothing}
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
  const { listening, languages } = options;
  const set = (run: () => void): void => {
    run();
    listening.remember();
  };
  return html`<div id="listen" class="menu listen-menu" popover @toggle=${placeMenu} @beforetoggle=${placeMenu}>
    <fieldset role="radiogroup" aria-label=${t('listen.title')}>
      <p class="legend">${t('listen.title')}</p>
      <div class="channels">${languages.map((language) => channel(language, options))}</div>
    </fieldset>
    ${slider(t('listen.volume'), listening.volume.value, 100, (value) =>
      set(() => {
        listening.volume.value = value;
        listening.muted.value = false;
      }),
    )}
    ${listening.language.value === 'floor'
      ? nothing
      : slider(t('listen.under'), listening.under.value, kMostUnder, (value) => set(() => (listening.under.value = value)))}
  </div>`;
}
