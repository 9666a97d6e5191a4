import { LeaseWorker } from '../leases/lease-worker.js';
import { faultOf, type Log } from '../log.js';
import { ExportEnded, type ExportJob } from './export-job.js';
import { leaseSeconds, runExport, type RunParts } from './export-run.js';

/** Exports of one hub at a time: each keeps one connection and about half a core busy. */
const atOnce = 2;

/** How often waiting jobs are looked for; a request on this hub is seen at once. */
const lookMs = 2_000;

/** A page is written or not: nothing is gained by waiting for a file when the hub stops. */
const graceMs = 0;

/** A job that failed this often without one more page does not get further. */
const mostAttempts = 5;

/** Writes the files of export jobs; a hub whose boundary is of the day before reads nothing. */
export function exportWorker(parts: RunParts, log: Log): LeaseWorker<ExportJob> {
  const { store, day } = parts;
  return new LeaseWorker<ExportJob>(
    {
      name: 'export',
      atOnce,
      lookMs,
      leaseSeconds,
      graceMs,
      trouble: {
        claim: '未能领取导出任务 · Export jobs could not be looked for',
        sweep: '过期导出未能清除 · Expired exports could not be deleted',
      },
      ready: () => !day.outdated,
      claim: (worker) => store.claim(worker, leaseSeconds),
      renew: (id, worker) => store.renew(id, worker, leaseSeconds),
      run: (job, worker, _, cut) =>
        attempt(parts, job, worker, cut)
          .catch((error: unknown) => settle(parts, log, job, worker, cut.aborted, error))
          .catch((failed: unknown) => {
            // The database is gone; the lease runs out and whoever looks first goes on.
            log.warn('export-unsettled', '导出任务状态未能写入 · The state of an export could not be written', { id: job.id, fault: faultOf(failed) });
          }),
      sweep: (keptSeconds) => store.sweep(keptSeconds),
    },
    log,
  );
}

async function attempt(parts: RunParts, job: ExportJob, worker: string, cut: AbortSignal): Promise<void> {
  if (job.attempts > mostAttempts) throw new ExportEnded('EXPORT_FAILED');
  await runExport(parts, job, worker, cut);
}

/** `cut`: the hub stops, or the claim is lost, and with it the right to write this. */
async function settle({ store }: RunParts, log: Log, job: ExportJob, worker: string, cut: boolean, error: unknown): Promise<void> {
  if (cut) await store.putBack(job.id, worker, 0);
  else if (error instanceof ExportEnded) {
    log.info('export-ended', '导出任务终止 · An export ended without a file', { id: job.id, code: error.code });
    await store.fail(job.id, worker, error.code);
  } else {
    log.warn('export-interrupted', '导出中断，稍后续作 · An export was interrupted and goes on later', { id: job.id, fault: faultOf(error) });
    await store.putBack(job.id, worker, 2 ** job.attempts);
  }
}
