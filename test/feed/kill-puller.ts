import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PullClient, type PulledChange, type PulledPage } from './pull-client.js';

/** Pages are small, so that many are asked for and some are under way at every blow. */
const most = 20;

/**
 * A client that follows the changes by pages while everything around it is killed. Now and then it dies itself, as a
 * program does before it has stored a page: it forgets the page and asks again behind the old cursor.
 */
export class KillPuller {
  /** What it has stored, in order. */
  readonly changes: PulledChange[] = [];
  /** Bodies of all answers with data it was ever given, forgotten ones included. */
  readonly answers: string[] = [];
  forgotten = 0;
  #cursor: string | null = null;
  #stopped = false;

  /** `url`: where the hub listens at this moment. */
  constructor(
    private readonly url: () => Promise<string>,
    private readonly token: string,
  ) {}

  /** Takes the cursor of now; throws where the hub does not answer. */
  async open(): Promise<void> {
    this.#cursor = (await this.#page(null)).cursor;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const page = await this.#page(this.#cursor).catch(() => null);
      if (page && randomInt(5) === 0) this.forgotten += 1;
      else if (page) {
        this.changes.push(...page.changes);
        this.#cursor = page.cursor;
      }
      if (!page?.hasMore) await delay(5 + randomInt(30)); // nothing new, or the hub is down
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #page(after: string | null): Promise<PulledPage> {
    const client = new PullClient(await this.url(), this.token);
    const page = await client.page(after, 1 + randomInt(most));
    this.answers.push(...client.bodies);
    return page;
  }
}
