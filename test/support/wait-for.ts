import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `condition` holds, looking every 20 ms; throws after `seconds`, naming what was awaited. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  // Only a failing test waits that long; a busy machine of two cores has taken 20 s.
  seconds = 60,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still waiting after ${seconds} s for ${what}`);
    await delay(20);
  }
}
