import { IntakeError } from '../intake-error.js';

/** The file cannot be opened or read. */
export function unreadable(cause: unknown): IntakeError {
  return new IntakeError(
    'IMPORT_FILE_UNREADABLE',
    {
      zh: '无法读取文件，请检查路径与权限。',
      en: 'The file cannot be read: check its path and rights.',
    },
    { cause },
  );
}

/** A line is written in none of the encodings that are read. */
export function unknownEncoding(line: number): IntakeError {
  return new IntakeError('IMPORT_FILE_ENCODING', {
    zh: `第 ${line} 行既不是 UTF-8 也不是 GB18030 编码（或两种混用），文件未导入。请在表格软件中另存为“CSV UTF-8”后重新导入。`,
    en: `Line ${line} is neither UTF-8 nor GB18030, or the file mixes both; nothing was imported. Save it as "CSV UTF-8" and import it again.`,
  });
}

/** The text does not fall into records. */
export function malformedCsv(line: number, cause?: Error): IntakeError {
  return new IntakeError(
    'IMPORT_CSV_MALFORMED',
    {
      zh: `从第 ${line} 行起无法按 CSV 读取（常见原因：引号未闭合），请更正后重新导入；已存入的行不会重复。`,
      en: `From line ${line} on the file does not read as CSV (often an unclosed quote). Correct it and import again; rows already stored are not stored twice.`,
    },
    { cause },
  );
}

/** Forms of files that are recognised in order to say what to do about them. */
export type ForeignForm = 'XLS' | 'ENCRYPTED' | 'MARKUP' | 'BINARY';

const foreignForms: Readonly<Record<ForeignForm, { readonly zh: string; readonly en: string }>> = {
  XLS: {
    zh: '这是旧版 .xls 工作簿，文件未导入。请在表格软件中另存为 .xlsx 或“CSV UTF-8”后重新导入。',
    en: 'This is an old .xls workbook; nothing was imported. Save it as .xlsx or "CSV UTF-8" and import it again.',
  },
  ENCRYPTED: {
    zh: '工作簿已加密，文件未导入。请在表格软件中去除打开密码后另存，再重新导入。',
    en: 'The workbook is encrypted; nothing was imported. Save it without its password and import it again.',
  },
  MARKUP: {
    zh: '这是网页或 XML 表格（常被命名为 .xls），文件未导入。请在表格软件中打开并另存为 .xlsx 后重新导入。',
    en: 'This is a table in HTML or XML (often named .xls); nothing was imported. Open it and save it as .xlsx, then import it again.',
  },
  BINARY: {
    zh: '这不是 CSV 或 .xlsx 文件，文件未导入。请导出为其中一种后重新导入。',
    en: 'This is neither CSV nor .xlsx; nothing was imported. Export one of these and import it again.',
  },
};

/** The file has another form than those that are read. */
export function foreignForm(form: ForeignForm): IntakeError {
  return new IntakeError('IMPORT_FILE_FORM', foreignForms[form]);
}

/** The archive or its XML is damaged. */
export function malformedXlsx(cause: unknown): IntakeError {
  return new IntakeError(
    'IMPORT_XLSX_MALFORMED',
    {
      zh: '工作簿已损坏，无法读取。请在表格软件中打开并另存为 .xlsx 后重新导入；已存入的行不会重复。',
      en: 'The workbook is damaged. Open it, save it as .xlsx and import it again; rows already stored are not stored twice.',
    },
    { cause },
  );
}

/** The archive unfolds to more than any register holds. */
export function oversizedXlsx(): IntakeError {
  return new IntakeError('IMPORT_XLSX_TOO_LARGE', {
    zh: '工作簿解压后过大，文件未导入。请删除空白的带格式行，或另存为“CSV UTF-8”后重新导入。',
    en: 'The workbook unfolds to too much; nothing was imported. Remove empty formatted rows, or save it as "CSV UTF-8", and import it again.',
  });
}

/** The workbook has no sheet of that name, or none at all. */
export function unknownSheet(names: readonly string[]): IntakeError {
  return new IntakeError('IMPORT_SHEET_UNKNOWN', {
    zh: `工作簿中没有该工作表，文件未导入。现有工作表：${names.join('、')}。`,
    en: `The workbook has no such sheet; nothing was imported. Its sheets: ${names.join(', ')}.`,
  });
}
