import { shapedColumns } from './cell-shapes.js';
import type { ShapedColumn } from './cells/shifted-cells.js';
import { isTemplateRow } from './cells/template-rows.js';
import { IntakeError } from './intake-error.js';
import type { ProfileColumn } from './layout.js';
import { fileProfiles, type Profile } from './profile.js';

/** A column of a profile and where it stands in a file; null where the file lacks it. */
export interface PlacedColumn {
  readonly column: ProfileColumn;
  readonly position: number | null;
  /** Its names, normalised. */
  readonly names: ReadonlySet<string>;
}

/** Where the columns of a profile stand in one file. */
export interface Header {
  readonly profile: Profile;
  /** The cells of the header as they stand in the file. */
  readonly cells: readonly string[];
  /** Every column of the profile. */
  readonly columns: readonly PlacedColumn[];
  /** Headers of the file that the profile does not know; their cells are not read. */
  readonly ignored: readonly string[];
  /** Fields that the file states, by a column, a constant or a text; of the others it says nothing. */
  readonly stated: ReadonlySet<string>;
  readonly emptyMarks: ReadonlySet<string>;
  /** Columns whose cells can be told from their neighbours'. */
  readonly shapes: readonly ShapedColumn[];
}

/** Columns that the hub adds to a file of rows to mend; see `mend-file.ts`. They are no data. */
export const mendColumns = {
  batch: '导入批次 (hub batch)',
  line: '原行号 (hub line)',
  fields: '问题列 (hub fields)',
  reasons: '原因 (hub reasons)',
} as const;

const ownHeaders: ReadonlySet<string> = new Set(Object.values(mendColumns).map(headerText));

/**
 * Finds the profile's columns in the header of a file; order is free. Throws IntakeError IMPORT_HEADER_MISMATCH that
 * lists the missing columns, or the one that stands twice.
 */
export function readHeader(cells: readonly string[], profile: Profile): Header {
  const headers = cells.map(headerText);
  const known = new Set<number>();
  const columns = profile.columns.map((column) => {
    const [first, second] = positionsOf(column, headers);
    if (second !== undefined) {
      throw headerMismatch(profile, `「${column.names.join(' / ')}」重复出现`, `${column.names.join(' / ')} stands twice`);
    }
    if (first !== undefined) known.add(first);
    return { column, position: first ?? null, names: new Set(column.names.map(headerText)) };
  });
  const missing = missingColumns(headers, profile);
  if (missing.length > 0) {
    const list = missing.map(({ names }) => (names.at(-1) === names[0] ? names[0] : `${names[0] ?? ''} (${names.at(-1) ?? ''})`));
    throw headerMismatch(profile, `缺少列：${list.join('、')}`, `missing columns: ${list.join(', ')}`);
  }
  const present = columns.flatMap(({ column, position }) => (position !== null || column.default !== undefined ? [column.field] : []));
  return {
    profile,
    cells,
    columns,
    ignored: cells.filter((cell, index) => !known.has(index) && cell.trim() !== '' && !ownHeaders.has(headerText(cell))),
    stated: new Set([...present, ...Object.keys(profile.constants), ...Object.keys(profile.texts)]),
    emptyMarks: new Set(profile.emptyMarks),
    shapes: shapedColumns(columns, new Set(profile.emptyMarks)),
  };
}

/**
 * The one profile of src/intake/profiles whose columns a header has. Throws IntakeError IMPORT_PROFILE_AMBIGUOUS where
 * several fit, IMPORT_HEADER_MISMATCH with what the nearest one misses where none does.
 */
export async function recogniseHeader(cells: readonly string[]): Promise<Header> {
  const headers = cells.map(headerText);
  const profiles = await fileProfiles();
  const fitting = profiles.filter((profile) => missingColumns(headers, profile).length === 0);
  if (fitting.length > 1) {
    const names = fitting.map(({ profile }) => profile).join(', ');
    throw new IntakeError('IMPORT_PROFILE_AMBIGUOUS', {
      zh: `表头同时符合多个导入配置（${names}），请用 --profile 指定其一；文件未导入。`,
      en: `The header fits several profiles (${names}): name one with --profile; nothing was imported.`,
    });
  }
  const share = (profile: Profile) => missingColumns(headers, profile).length / profile.columns.length;
  const [nearest] = fitting.length > 0 ? fitting : [...profiles].sort((one, other) => share(one) - share(other));
  if (!nearest) throw new Error('There are no import profiles.');
  return readHeader(cells, nearest);
}

/** Whether a record is the header again, an explanatory line (表格说明) or empty: such rows are no data. */
export function isNoData(cells: readonly string[], header: Header | null): boolean {
  if (isTemplateRow(cells)) return true;
  if (cells.every((cell) => cell.trim() === '')) return true;
  return (
    header !== null &&
    header.columns.every(({ position, names }) => position === null || names.has(headerText(cells[position] ?? '')))
  );
}

/** The position of one of the hub's own columns in a header, or -1. */
export function mendColumn(cells: readonly string[], column: keyof typeof mendColumns): number {
  return cells.findIndex((cell) => headerText(cell) === headerText(mendColumns[column]));
}

function positionsOf({ names }: ProfileColumn, headers: readonly string[]): readonly number[] {
  const wanted = new Set(names.map(headerText));
  return headers.flatMap((header, index) => (wanted.has(header) ? [index] : []));
}

function missingColumns(headers: readonly string[], { columns }: Profile): readonly ProfileColumn[] {
  return columns.filter((column) => column.inHeader && positionsOf(column, headers).length === 0);
}

function headerText(text: string): string {
  return text.normalize('NFKC').replace(/\s/gu, '');
}

function headerMismatch({ profile }: Profile, zh: string, en: string): IntakeError {
  return new IntakeError('IMPORT_HEADER_MISMATCH', {
    zh: `表头与导入配置 ${profile} 不符：${zh}。请更正表头，或用 --profile 指定其他配置；文件未导入。`,
    en: `The header does not fit the profile ${profile}: ${en}. Correct the header or name another profile with --profile; nothing was imported.`,
  });
}
