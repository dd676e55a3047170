// When this computer is on another network than before, or on one again.

interface Connection extends EventTarget {
  readonly type?: string; // wifi, cellular, … where the browser tells it
}

// Calls `changed` until what it gives back is called. `connection` is the browser's, where it has one: it also speaks of
// every change of its own estimates, which are none of the network.
export function onNetworkChange(
  changed: () => void,
  place: EventTarget = window,
  connection: Connection | null = (navigator as { connection?: Connection }).connection ?? null,
): () => void {
  let type = connection?.type;
  const look = (): void => {
    if (connection?.type === type) return;
    type = connection?.type;
    if (type !== 'none') changed();
  };
  place.addEventListener('online', changed);
  connection?.addEventListener('change', look);
  return () => {
    place.removeEventListener('online', changed);
    connection?.removeEventListener('change', look);
  };
}
