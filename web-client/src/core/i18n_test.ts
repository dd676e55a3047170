import { beforeEach, describe, expect, test } from 'vitest';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';

import ar from '../i18n/ar.json';
import en from '../i18n/en.json';
import es from '../i18n/es.json';
import fr from '../i18n/fr.json';
import ru from '../i18n/ru.json';
import zh from '../i18n/zh.json';
import { direction, known, locale, pickLocale, pieces, t, useLocale } from './i18n.ts';

const others: readonly [string, Record<string, string>][] = [['ar', ar], ['es', es], ['fr', fr], ['ru', ru], ['zh', zh]];

function placesOf(elements: readonly MessageFormatElement[], into = new Set<string>()): Set<string> {
  for (const element of elements) {
    if (element.type === TYPE.argument || element.type === TYPE.number || element.type === TYPE.plural) into.add(element.value);
    if (element.type === TYPE.plural) for (const option of Object.values(element.options)) placesOf(option.value, into);
  }
  return into;
}

describe.each(others)('the words in %s', (language, words) => {
  test('are complete, and no more', () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
  });

  test('have the places of the English ones', () => {
    for (const [key, message] of Object.entries(en)) {
      expect([key, ...placesOf(parse(words[key] ?? ''))].sort()).toEqual([key, ...placesOf(parse(message))].sort());
    }
  });

  test('are in their own script where it differs', () => {
    if (language === 'ar') expect(Object.values(words).filter((text) => /[\u0600-\u06ff]/.test(text)).length).toBeGreaterThan(200);
    if (language === 'zh') expect(Object.values(words).filter((text) => /[\u4e00-\u9fff]/.test(text)).length).toBeGreaterThan(200);
    if (language === 'ru') expect(Object.values(words).filter((text) => /[\u0400-\u04ff]/.test(text)).length).toBeGreaterThan(200);
  });
});

describe('a language', () => {
  beforeEach(() => useLocale('en'));

  test('is the first wish that there is', () => {
    expect(pickLocale([null, 'de-CH', 'fr-CA', 'en'])).toBe('fr');
    expect(pickLocale(['pt'])).toBe('en');
    expect(pickLocale(['zh-Hant-TW'])).toBe('zh');
  });

  test('changes without a reload', async () => {
    expect(t('join.watch')).toBe('Just watch');
    await useLocale('ar');
    expect(locale.value).toBe('ar');
    expect(direction(locale.value)).toBe('rtl');
    expect(t('join.watch')).toBe('المشاهدة فقط');
  });

  test('has its own plurals, with Latin digits', async () => {
    await useLocale('ar');
    expect(t('moderator.viewers', { count: 2 })).toBe('مشاهدان');
    expect(t('moderator.viewers', { count: 12 })).toBe('12 مشاهدًا');
    await useLocale('ru');
    expect(t('moderator.viewers', { count: 22 })).toBe('22 зрителя');
  });

  test('writes numbers in its own way, and the sign before them from right to left, too', async () => {
    await useLocale('fr');
    expect(t('ready.measure.lost', { value: 0.2 })).toContain('0,2');
    await useLocale('ar');
    expect(t('ready.measure.level', { value: -23 })).toContain('\u200e-23');
  });

  test('puts pieces where its grammar wants them', () => {
    const name = { bdi: 'Li' };
    expect(pieces('join.speaking', { name })).toEqual([name, ' is speaking']);
  });

  test('knows the server’s words it has, and no others', () => {
    expect(known('error', 'no_return')).toContain('no return');
    expect(known('error', 'something_new')).toBeNull();
  });
});
