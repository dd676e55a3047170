// Finding somebody by words of their name, whatever their case and accents.

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

// Every word stands somewhere in the texts; no words: everything is found.
export function isFound(words: string, texts: readonly (string | null | undefined)[]): boolean {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  const all = plain(texts.filter(Boolean).join(' '));
  return wanted.every((word) => all.includes(word));
}
