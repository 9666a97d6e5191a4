import { readdirSync } from 'node:fs';
import type pg from 'pg';
import { cpuSecondsOf, processStatistics } from './child-server.js';

/** CPU of the PostgreSQL server behind a connection, or null where that server runs on another machine. */
export class PostgresCpu {
  private constructor(private readonly postmaster: number) {}

  static async of(client: pg.Client): Promise<PostgresCpu | null> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    try {
      const postmaster = processStatistics(rows[0]?.pid ?? 0)[1];
      return postmaster === undefined || postmaster < 2 ? null : new PostgresCpu(postmaster);
    } catch {
      return null; // no such process here: DATABASE_URL points elsewhere
    }
  }

  /** CPU seconds so far of the postmaster, its living processes (background ones too) and those that have ended. */
  seconds(): number {
    let sum = cpuSecondsOf(this.postmaster, true);
    for (const entry of readdirSync('/proc')) {
      const processId = Number(entry);
      if (!Number.isInteger(processId)) continue;
      try {
        if (processStatistics(processId)[1] === this.postmaster) sum += cpuSecondsOf(processId);
      } catch {
        // The process ended while we looked: its time is the postmaster's by now.
      }
    }
    return sum;
  }
}
