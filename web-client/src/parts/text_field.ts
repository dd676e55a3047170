// A field for a text with a limit that the person sees: what is too long is said and not cut, as `maxlength` would cut what
// is pasted.
import { html, nothing, type TemplateResult } from 'lit';

import { t } from '../core/i18n.ts';

// Characters of a text that is read out; the server takes no more.
export const kText = 3_000;

export interface TextField {
  label: string;
  text: string;
  max: number; // characters
  required: boolean;
  change: (text: string) => void;
}

// As the server counts them.
export const charactersOf = (text: string): number => Array.from(text.trim()).length;

export function textField({ label, text, max, required, change }: TextField): TemplateResult {
  const left = max - charactersOf(text);
  const words = left < 0 ? t('request.text.over', { count: -left }) : t('request.topic.left', { count: left });
  const input = ({ target }: Event): void => {
    const field = target as HTMLTextAreaElement;
    const over = charactersOf(field.value) - max;
    field.setCustomValidity(over > 0 ? t('request.text.over', { count: over }) : '');
    change(field.value);
  };
  return html`<label class="field"
    ><span>${label}</span
    ><textarea class="input written-field" name="text" rows="8" dir="auto" ?required=${required} aria-invalid=${left < 0} aria-describedby="text-left" .value=${text} @input=${input}></textarea>
    <small id="text-left" role=${left < 0 ? 'alert' : nothing}>${words}</small></label
  >`;
}
