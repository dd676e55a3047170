// For pages on a projector: the screen stays on; asked again when the page is seen again, as browsers drop it when hidden.
export function keepAwake(): void {
  const ask = (): void => {
    // Absent outside secure contexts.
    const lock = navigator.wakeLock as WakeLock | undefined;
    if (!document.hidden) lock?.request('screen').catch(() => undefined);
  };
  ask();
  document.addEventListener('visibilitychange', ask);
}
