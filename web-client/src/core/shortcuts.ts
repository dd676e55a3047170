// Single-key shortcuts: which action a key press means. They can be switched off (WCAG 2.1.4) and never fire while
// somebody types.

export interface KeyPress {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

// "N", "Enter", "Alt+ArrowUp", "Shift+E", "Ctrl+Z", "?"; letters by the key's place where the layout has no Latin letters.
export function keyName(press: KeyPress): string {
  const ctrl = press.ctrlKey || press.metaKey;
  const latin = /^[\x20-\x7e]$/.test(press.key);
  let name = press.key;
  if (latin) name = press.key.toUpperCase();
  else if (press.key.length === 1) name = /^Key([A-Z])$/.exec(press.code)?.[1] ?? press.key;
  if (name === ' ') name = 'Space';
  const letter = /^[A-Z]$/.test(name);
  return `${ctrl ? 'Ctrl+' : ''}${press.altKey ? 'Alt+' : ''}${press.shiftKey && (letter || name.length > 1) ? 'Shift+' : ''}${name}`;
}

export interface Shortcut {
  key: string;
  label: string; // message key of what it does, for the help
  run: () => void;
}

// What fires by accident while somebody dictates; with Ctrl nobody does.
export function isSingleKey(name: string): boolean {
  return !name.startsWith('Ctrl+');
}

// Elements that need the key themselves: typing anywhere, Enter and Space on what can be pressed.
export function keyIsTaken(name: string, tag: string, type: string | undefined, editable: boolean): boolean {
  if (editable || tag === 'TEXTAREA' || tag === 'SELECT') return true;
  if (tag === 'INPUT') return !['checkbox', 'radio', 'range'].includes(type ?? 'text') || name.includes('Arrow');
  return (name === 'Enter' || name === 'Space') && ['BUTTON', 'A', 'SUMMARY'].includes(tag);
}

export function findShortcut(shortcuts: readonly Shortcut[], press: KeyPress): Shortcut | undefined {
  const name = keyName(press);
  return shortcuts.find((shortcut) => shortcut.key === name);
}
