// Waits for something to become true; the only kind of waiting in these tests. Slow machines wait longer, nothing
// passes or fails by speed.
export async function until(what, check, { within = 60_000, every = 100, why = () => "" } = {}) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${within / 1000} s for ${what}; last: ${last?.stack ?? JSON.stringify(last)} ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
