// Words of the pages in six languages; changed without a reload, direction included.
import { IntlMessageFormat } from 'intl-messageformat';
import { signal } from '@preact/signals-core';

import en from '../i18n/en.json';

export const kLocales = ['en', 'fr', 'es', 'ar', 'zh', 'ru'] as const;
export type Locale = (typeof kLocales)[number];
export type MessageKey = keyof typeof en;
type Catalogue = Readonly<Record<string, string>>;

const catalogues = new Map<Locale, Catalogue>([['en', en]]);
// English comes with the page: it is what is shown when another catalogue cannot be loaded.
const loaders: Readonly<Record<Locale, () => Promise<{ default: Catalogue }>>> = {
  en: () => Promise.resolve({ default: en }),
  fr: () => import('../i18n/fr.json'),
  es: () => import('../i18n/es.json'),
  ar: () => import('../i18n/ar.json'),
  zh: () => import('../i18n/zh.json'),
  ru: () => import('../i18n/ru.json'),
};

export const locale = signal<Locale>('en');

export function isLocale(text: string | null | undefined): text is Locale {
  return kLocales.includes(text as Locale);
}

// The first of a person's wishes that there is: an explicit choice, then the browser's languages.
export function pickLocale(wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    const language = wish?.toLowerCase().split('-')[0];
    if (isLocale(language)) return language;
  }
  return 'en';
}

export async function useLocale(next: Locale): Promise<void> {
  if (!catalogues.has(next)) {
    try {
      catalogues.set(next, (await loaders[next]()).default);
    } catch {
      return;
    }
  }
  locale.value = next;
}

export function direction(of: Locale): 'ltr' | 'rtl' {
  return of === 'ar' ? 'rtl' : 'ltr';
}

const formats = new Map<string, IntlMessageFormat>();

function format(key: MessageKey): IntlMessageFormat {
  const language = locale.value;
  const cached = formats.get(`${language} ${key}`);
  if (cached) return cached;
  const message = catalogues.get(language)?.[key] ?? en[key];
  const made = new IntlMessageFormat(message, language === 'ar' ? 'ar-u-nu-latn' : language);
  formats.set(`${language} ${key}`, made);
  return made;
}

export type Values = Readonly<Record<string, string | number>>;

export function t(key: MessageKey, values?: Values): string {
  return String(format(key).format(values));
}

// For messages with markup in a place, such as a name in <bdi>: text and the given pieces in the language's order.
export function pieces<T extends object>(key: MessageKey, values: Readonly<Record<string, string | number | T>>): (string | T)[] {
  const made = format(key).format<T>(values);
  return Array.isArray(made) ? made : [made];
}

// A message for a code of the server, if there is one.
export function known(prefix: string, word: string | null | undefined): string | null {
  const key = `${prefix}.${word ?? ''}`;
  return key in en ? t(key as MessageKey) : null;
}
