/**
 * When a failed delivery is tried again: 1 s, 2 s, 4 s … up to a quarter of an hour, each shortened at random by up to
 * half, so that receivers that come back are not met by everybody at once.
 */

const firstMs = 1_000;
const longestMs = 15 * 60 * 1_000;

/** Milliseconds until the next attempt behind `attempts` failures (≥ 1); `random` in [0, 1). A receiver may ask for more. */
export function backOffMs(attempts: number, random: number, retryAfter: string | null = null): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  const asked = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Math.min(Number(retryAfter) * 1_000, longestMs) : 0;
  return Math.max(asked, full - (full / 2) * random);
}

/**
 * A receiver that says no to one message (4xx) is asked this often, over about half a minute; then the message goes to the
 * dead letters and the next one has its turn.
 */
export const mostRefusals = 6;

/** Messages refused one behind the other: then it is not the message, and the webhook is suspended before all are dead. */
export const mostDeadInRow = 3;

/** A receiver that cannot be reached is tried for three days, so that a weekend lies within; then the webhook is suspended. */
export const patienceSeconds = 3 * 24 * 60 * 60;

/** 410: the receiver says that it is there no more. */
export const gone = 410;

/** Whether a status says no to the message itself; all other failures may pass. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, gone, 425, 429].includes(status);
}
