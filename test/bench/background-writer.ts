import pg from 'pg';

const INTERVAL = 20; // milliseconds: 50 changes a second

/**
 * Changes random granted permits while the bench measures, through a plain connection of the owner, triggers and all;
 * and changes one on purpose, for a probe that then reads it.
 */
export class BackgroundWriter {
  #changes = 0;
  #failure: unknown = null;
  #timer: NodeJS.Timeout | null = null;
  #began = 0;
  #ended = false;
  #queued = 0;
  /** Changes run one after the other: the driver no longer queues them itself. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: pg.Client,
    private readonly permits: number,
  ) {}

  /** `permits`: how many permits the database holds, by their internal numbers from 1. */
  static async connect(databaseUrl: string, permits: number): Promise<BackgroundWriter> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new BackgroundWriter(client, permits);
  }

  start(): void {
    this.#began = performance.now();
    this.#timer = setInterval(() => {
      if (this.#queued > 0) return; // a slow machine gets fewer changes, not a queue of them
      this.#inTurn(() => this.#changeAny()).catch((error: unknown) => (this.#failure ??= error));
    }, INTERVAL);
  }

  /** Sets the status of a permit; the change is committed when this resolves. */
  setStatus(documentNo: string, status: string): Promise<void> {
    return this.#inTurn(async () => {
      const { rowCount } = await this.client.query({
        name: 'set_status',
        text: `UPDATE hub.permit SET status = $2, revision = revision + 1, updated_at = clock_timestamp()
               WHERE document_no = $1 AND outcome = 'GRANTED'`,
        values: [documentNo, status],
      });
      if (rowCount !== 1) throw new Error(`no granted permit ${documentNo} to change`);
      this.#changes += 1;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#queued += 1;
    const done = this.#last.then(work).finally(() => (this.#queued -= 1));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #changeAny(): Promise<void> {
    const id = 1 + Math.floor(Math.random() * this.permits);
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
    await this.#last;
    if (!this.#ended) await this.client.end();
    this.#ended = true;
    if (this.#failure) throw new Error('a background change failed', { cause: this.#failure });
    return this.#changes / seconds;
  }
}
