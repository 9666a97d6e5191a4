import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { legalDate } from '../measures/clock.js';
import { openSheet } from './files/open-sheet.js';
import type { SheetRecord } from './files/sheet.js';
import { isNoData, mendColumn, readHeader, recogniseHeader, type Header } from './header.js';
import { Intake, type IntakeSource, type IntakeTools } from './intake.js';
import { IntakeError } from './intake-error.js';
import type { Ledger } from './ledger.js';
import { assertNoOrgan, organOfLists } from './lists/list-organ.js';
import { ListKind } from './lists/list-kind.js';
import { PermitKind } from './permit-kind.js';
import { loadProfile } from './profile.js';
import type { ImportProgress } from './progress.js';
import type { ReadRow, RecordKind } from './record-kind.js';

export interface ImportOptions extends Omit<IntakeTools, 'database'> {
  /** Path of a CSV or XLSX file. */
  readonly file: string;
  /** Name of a profile or path of its YAML file; without it the profile is recognised by the header. */
  readonly profile?: string;
  /** Code of the organ whose list the file is; for profiles of lists that do not name their register. */
  readonly organ?: string;
  /** Called after each batch. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** Rows read before the database is listened to again: else its answers wait until the whole next batch is read. */
const rowsPerTurn = 20;

/**
 * Takes a file in, of permit decisions or of list entries as its profile says, and returns the account of it: every row
 * read is stored, updated, duplicate, an application, rejected or doubtful. The file is streamed in transactions of some rows; memory does not grow with it.
 * Same file again: nothing changes, `firstTakenAt` is set. A file of mended rows (`hub import rejects`) is linked to the
 * batch it mends.
 *
 * Refused as a whole, with nothing stored: unreadable, of another form or encoding, without header or with a wrong one,
 * unknown or faulty profile, an organ that
 * has no such list (IntakeError). IMPORT_CSV_MALFORMED and IMPORT_XLSX_MALFORMED may come late; what was stored
 * before stays and is a duplicate when the corrected file comes.
 */
export async function importFile(database: IntakeTools['database'], options: ImportOptions): Promise<Ledger> {
  const { organ = null } = options;
  const chosen = options.profile === undefined ? null : await loadProfile(options.profile);
  const sheet = await openSheet(options.file);
  const records = sheet.records();
  try {
    const { above, cells } = await headerOf(records);
    const header = chosen ? readHeader(cells, chosen) : await recogniseHeader(cells);
    const first = await records.next();
    const firstRecord = first.done === true ? null : first.value;
    const source = { header, file: basename(options.file), digest: sheet.digest, mends: mendedBatch(header, firstRecord) };
    const tools = { ...options, database };
    const take = <R>(kind: RecordKind<R>, from: IntakeSource): Promise<Ledger> =>
      Intake.run(kind, tools, from, async (intake) => {
        for (let skipped = 0; skipped < above; skipped += 1) intake.skip();
        await takeAll(intake, kind.batchRows, firstRecord, records, (rows) => options.onProgress?.({ rows, readBytes: sheet.readBytes(), bytes: sheet.bytes }));
        return intake.finish();
      });
    const { profile } = header;
    if (profile.holds === 'permits') {
      assertNoOrgan(profile, organ);
      return await take(new PermitKind(profile, legalDate(options.clock.now())), source);
    }
    return await take(new ListKind(tools, organOfLists(profile, organ), profile.register ?? null), source);
  } finally {
    await records.return(undefined);
  }
}

/** One batch is written while the next is read: the database and this process each have work. */
async function takeAll<R>(
  intake: Intake<R>,
  batchRows: number,
  first: SheetRecord | null,
  records: AsyncGenerator<SheetRecord>,
  onProgress: (read: number) => void,
): Promise<void> {
  let batch: ReadRow<R>[] = [];
  let writing = Promise.resolve();
  const write = async (rows: readonly ReadRow<R>[], read: number) => {
    await intake.write(rows, read);
    onProgress(read);
  };
  const take = (record: SheetRecord) => {
    const row = intake.readRow(record);
    if (row) batch.push(row);
  };
  try {
    if (first) take(first);
    for await (const record of records) {
      take(record);
      if (intake.read % rowsPerTurn === 0) await setImmediate();
      if (batch.length < batchRows) continue;
      await writing;
      writing = write(batch, intake.read);
      // Its error is told where it is awaited; until then it must not count as nobody's.
      writing.catch(() => undefined);
      batch = [];
    }
  } finally {
    await writing;
  }
  if (batch.length > 0) await write(batch, intake.read);
}

/** The header is the first record that is neither empty nor an explanation; `above` counts those. */
async function headerOf(records: AsyncGenerator<SheetRecord>): Promise<{ readonly above: number; readonly cells: readonly string[] }> {
  for (let above = 0; ; above += 1) {
    const next = await records.next();
    if (next.done === true) {
      throw new IntakeError('IMPORT_FILE_EMPTY', {
        zh: '文件没有表头，未导入。请导出含表头的文件后重新导入。',
        en: 'The file has no header; nothing was imported. Export it with its header and import it again.',
      });
    }
    if (!isNoData(next.value.cells, null)) return { above, cells: next.value.cells };
  }
}

/** The batch a file of mended rows came from: its reference stands in the first row. */
function mendedBatch({ cells }: Header, first: SheetRecord | null): string | null {
  const position = mendColumn(cells, 'batch');
  const reference = z.uuid().safeParse(position < 0 ? null : first?.cells[position]?.trim());
  return reference.success ? reference.data : null;
}
