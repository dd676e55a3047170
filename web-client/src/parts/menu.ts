// A menu beside its button: the browser's own popover (light dismissal, Esc, top layer), placed where there is room.

const kGap = 8;
const kEdge = 12;

export function placeMenu(event: Event): void {
  const menu = event.currentTarget as HTMLElement;
  if ((event as ToggleEvent).newState !== 'open') return;
  const button = document.querySelector(`[popovertarget="${menu.id}"]`);
  if (!button) return;
  const box = button.getBoundingClientRect();
  const below = innerHeight - box.bottom >= box.top;
  // A long menu scrolls: none of it is ever off the screen.
  menu.style.setProperty('--menu-room', `${(below ? innerHeight - box.bottom : box.top) - kGap - kEdge}px`);
  menu.style.setProperty('--menu-top', below ? `${box.bottom + kGap}px` : 'auto');
  menu.style.setProperty('--menu-bottom', below ? 'auto' : `${innerHeight - box.top + kGap}px`);
  const rtl = document.documentElement.dir === 'rtl';
  const width = Math.min(320, innerWidth - 2 * kEdge);
  const start = rtl ? innerWidth - box.right : box.left;
  menu.style.setProperty('--menu-start', `${Math.max(kEdge, Math.min(start, innerWidth - width - kEdge))}px`);
}
