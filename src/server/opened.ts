/** What has been opened so far, closed in reverse order: by a start that fails half-way as by a stop. */
export class Opened {
  readonly #closers: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  /** Closes everything, once. Where a part does not close the rest still is; throws what the first one threw. */
  async close(): Promise<void> {
    const failed: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  }
}
