import { posix } from 'node:path';
import { foreignForm, unknownSheet } from './refusals.js';
import { readWholeXml, type XmlHandler } from './xml.js';
import type { ZipArchive } from './zip-archive.js';

/** Where the parts of a workbook stand in its archive, and how its cells are to be read. */
export interface Workbook {
  readonly sheetPart: string;
  readonly stringsPart: string | null;
  /** Whether cells of a style (by its number) show a date or a time. */
  readonly dateStyles: readonly boolean[];
  /** Days are counted from 1904-01-01 instead of 1899-12-31. */
  readonly from1904: boolean;
}

interface NamedSheet {
  readonly name: string;
  readonly relation: string;
  readonly visible: boolean;
}

interface Relation {
  readonly kind: string;
  readonly part: string;
}

type Attributes = Readonly<Record<string, string>>;

/**
 * Finds the sheet called `name`, or the first one that is shown: templates hide their value lists in others. Formulas,
 * macros and links are not looked at. Throws IntakeError IMPORT_FILE_FORM, IMPORT_SHEET_UNKNOWN, IMPORT_XLSX_MALFORMED.
 */
export async function readWorkbook(archive: ZipArchive, name: string | undefined): Promise<Workbook> {
  const roots = archive.has('_rels/.rels') ? await readRelations(archive, '') : new Map<string, Relation>();
  const root = [...roots.values()].find(({ kind }) => kind === 'officeDocument')?.part;
  // A binary workbook (.xlsb), a text document or any other archive.
  if (!root?.endsWith('.xml') || !archive.has(root)) throw foreignForm('BINARY');
  const relations = await readRelations(archive, root);
  const sheets: NamedSheet[] = [];
  let from1904 = false;
  await readWholeXml(archive.chunksOf(root), opening((element, attributes) => {
    if (element === 'workbookPr') from1904 = isTrue(attributes['date1904']);
    if (element !== 'sheet') return;
    const relation = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
    sheets.push({ name: attributes['name'] ?? '', relation, visible: (attributes['state'] ?? 'visible') === 'visible' });
  }));
  const tables = sheets.filter(({ relation }) => relations.get(relation)?.kind === 'worksheet');
  const chosen = name === undefined ? (tables.find(({ visible }) => visible) ?? tables[0]) : tables.find((sheet) => sheet.name === name);
  const sheetPart = chosen && relations.get(chosen.relation)?.part;
  if (!sheetPart) throw unknownSheet(tables.map((sheet) => sheet.name));
  const partOf = (kind: string) => [...relations.values()].find((relation) => relation.kind === kind)?.part ?? null;
  const stylesPart = partOf('styles');
  const stringsPart = partOf('sharedStrings');
  return {
    sheetPart,
    stringsPart: stringsPart !== null && archive.has(stringsPart) ? stringsPart : null,
    dateStyles: stylesPart !== null && archive.has(stylesPart) ? await readDateStyles(archive, stylesPart) : [],
    from1904,
  };
}

async function readRelations(archive: ZipArchive, part: string): Promise<ReadonlyMap<string, Relation>> {
  const folder = posix.dirname(part);
  const relations = new Map<string, Relation>();
  const file = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  await readWholeXml(archive.chunksOf(file), opening((element, { Id: id, Type: type, Target: target }) => {
    if (element !== 'Relationship' || !id || !type || !target) return;
    const place = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
    relations.set(id, { kind: type.slice(type.lastIndexOf('/') + 1), part: place });
  }));
  return relations;
}

/** Formats built into the table programs that show dates or times; 27 … 36 and 50 … 58 are those of East Asia. */
function isBuiltInDate(format: number): boolean {
  return (format >= 14 && format <= 22) || (format >= 27 && format <= 36) || (format >= 45 && format <= 47) || (format >= 50 && format <= 58);
}

/** Parts of a format that are no placeholders: quoted text, escaped characters, colours and locales in brackets. */
const literals = /"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/giu;

function isDateFormat(code: string): boolean {
  return !/general/i.test(code) && /[ymdhs]/i.test(code.replace(literals, ''));
}

async function readDateStyles(archive: ZipArchive, part: string): Promise<readonly boolean[]> {
  const ownFormats = new Map<number, boolean>();
  const styles: boolean[] = [];
  let inCells = false;
  await readWholeXml(archive.chunksOf(part), {
    open(element, attributes) {
      const format = Number(attributes['numFmtId']);
      if (element === 'cellXfs') inCells = true;
      else if (element === 'numFmt') ownFormats.set(format, isDateFormat(attributes['formatCode'] ?? ''));
      else if (element === 'xf' && inCells) styles.push(ownFormats.get(format) ?? isBuiltInDate(format));
    },
    text: () => undefined,
    close(element) {
      if (element === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

function opening(open: (element: string, attributes: Attributes) => void): XmlHandler {
  return { open, text: () => undefined, close: () => undefined };
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
