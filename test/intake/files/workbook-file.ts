import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const officeDocument = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** The parts of a workbook by name, as XML. */
export type Parts = Readonly<Record<string, string>>;

export interface WorkbookText {
  /** XML inside `sheetData`, or a whole part. */
  readonly rows: string;
  /** XML inside `sst`. */
  readonly strings?: string;
  /** Format codes of the cell styles 1, 2, …; style 0 is General. */
  readonly formats?: readonly (string | number)[];
  readonly from1904?: boolean;
  /** XML behind `sheetData`. */
  readonly behind?: string;
}

/** The parts of a workbook with one hidden sheet, "Lists", and then one that is shown, "Permits". */
export function workbookParts({ rows, strings = '', formats = [], from1904 = false, behind = '' }: WorkbookText): Parts {
  const own = formats.flatMap((format, index) => (typeof format === 'string' ? [`<numFmt numFmtId="${164 + index}" formatCode="${format}"/>`] : []));
  const styles = formats.map((format, index) => `<xf numFmtId="${typeof format === 'string' ? 164 + index : format}"/>`).join('');
  return {
    '_rels/.rels': relations([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${officeDocument}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets><sheet name="Lists" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Permits" sheetId="2" r:id="rId2"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'worksheet', '/xl/worksheets/sheet2.xml'],
      ['rId3', 'sharedStrings', 'sharedStrings.xml'],
      ['rId4', 'styles', 'styles.xml'],
    ]),
    'xl/styles.xml': `<styleSheet xmlns="${main}"><numFmts count="${own.length}">${own.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${styles}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst xmlns="${main}">${strings}</sst>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`,
    'xl/worksheets/sheet2.xml': rows.startsWith('<?xml') ? rows : `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData>${behind}</worksheet>`,
    'xl/vbaProject.bin': 'macros',
  };
}

/** The bytes of an archive of these parts. */
export async function archive(parts: Parts): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  const bytes = buffer(zip.outputStream);
  await once(zip.outputStream, 'end');
  return bytes;
}

function relations(list: readonly (readonly [id: string, kind: string, target: string])[]): string {
  const entries = list.map(([id, kind, target]) => `<Relationship Id="${id}" Type="${officeDocument}/${kind}" Target="${target}"/>`);
  return `<Relationships xmlns="${packageRelations}">${entries.join('')}</Relationships>`;
}
