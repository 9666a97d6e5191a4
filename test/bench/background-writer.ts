import pg from 'pg';
import { benchSize } from './data.js';

const INTERVAL = 20; // milliseconds: 50 changes a second

/** Changes random granted permits while the bench measures, through a plain connection of the owner, triggers and all. */
export class BackgroundWriter {
  #changes = 0;
  #pending: Promise<void> | null = null;
  #failure: unknown = null;
  #timer: NodeJS.Timeout | null = null;
  #began = 0;
  #ended = false;

  private constructor(private readonly client: pg.Client) {}

  static async connect(databaseUrl: string): Promise<BackgroundWriter> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new BackgroundWriter(client);
  }

  start(): void {
    this.#began = performance.now();
    this.#timer = setInterval(() => {
      this.#pending ??= this.#change()
        .catch((error: unknown) => (this.#failure ??= error))
        .then(() => void (this.#pending = null));
    }, INTERVAL);
  }

  async #change(): Promise<void> {
    const id = 1 + Math.floor(Math.random() * benchSize.permits);
    const { rowCount } = await this.client.query({
      name: 'change',
      text: `UPDATE hub.permit
             SET status = CASE status WHEN 'VALID' THEN 'INVALID' ELSE 'VALID' END, revision = revision + 1,
                 updated_at = clock_timestamp()
             WHERE id = $1 AND outcome = 'GRANTED'`,
      values: [id],
    });
    this.#changes += rowCount ?? 0;
  }

  /** Stops and tells how many rows were changed a second; throws the first failure of a change. */
  async stop(): Promise<number> {
    const seconds = (performance.now() - this.#began) / 1000;
    if (this.#timer) clearInterval(this.#timer);
    await this.#pending;
    if (!this.#ended) await this.client.end();
    this.#ended = true;
    if (this.#failure) throw new Error('a background change failed', { cause: this.#failure });
    return this.#changes / seconds;
  }
}
