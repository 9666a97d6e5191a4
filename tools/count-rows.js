// node tools/count-rows.js FILE [--at YYYY-MM-DD]: counts, without a line of the product, what the ledger of an import of
// a generated file of the national layout should say, and prints it as JSON. It reads the file in its own way, knows the
// few rules that the generated dirt breaks, and keeps a digest of every document in memory.
import { Buffer, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import iconv from 'iconv-lite';
import { openPromise } from 'yauzl';

/** Columns by their place in the generated file. */
const column = { name: 0, kind: 1, code: 2, representative: 8, title: 13, number: 14, permitKind: 15, content: 18, decided: 19, from: 20, to: 21, organ: 22, state: 24 };
const required = [0, 1, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26];
const emptyMarks = new Set(['', '无', '/', '-', 'null', 'NULL', '00000000000000000X', '000000000000000000']);
const kinds = { 法人及非法人组织: 'O', '02': 'O', '03': 'O', 个体工商户: 'H', '04': 'H', 自然人: 'N', '01': 'N' };
const permitKinds = { 普通: '普通', '01': '普通' };
const states = { 1: 'V', 有效: 'V', '1 有效': 'V', 2: 'I', 无效: 'I', '2 无效': 'I' };
const deciders = new Set([
  '天津市人力资源和社会保障局',
  '天津市滨海新区行政审批局',
  '中国（天津）自由贸易试验区天津东疆片区行政审批局',
  '中国（天津）自由贸易试验区天津机场片区行政审批局',
  '中国（天津）自由贸易试验区滨海新区中心商务片区行政审批局',
]);
/** Registered, but never a decider of P01 or P02. */
const others = new Set(['天津市和平区人力资源和社会保障局']);

/** What the ledger of the file should say. `at` is the legal day of the import. */
export async function countRows(file, at) {
  const counts = { read: 0, skipped: 0, stored: 0, updated: 0, duplicate: 0, rejected: 0, doubtful: 0 };
  const documents = new Map();
  let header = null;
  for await (const cells of rowsOf(file)) {
    if (isNoData(cells, header)) {
      counts.skipped += 1;
      continue;
    }
    if (header === null) {
      header = cells;
      continue;
    }
    counts.read += 1;
    const fate = judge(cells, header.length, at);
    if (typeof fate === 'string') counts[fate] += 1;
    else {
      const before = documents.get(fate.number);
      counts[before === undefined ? 'stored' : before === fate.content ? 'duplicate' : 'updated'] += 1;
      documents.set(fate.number, fate.content);
    }
  }
  return counts;
}

function isNoData(cells, header) {
  if (cells.every((cell) => cell.trim() === '')) return true;
  if (/^(表格|填表)说明/.test(cells.find((cell) => cell.trim() !== '').trim())) return true;
  if (header !== null && cells.join() === header.join()) return true;
  return cells.filter((cell) => /^(必填，请按标准填写|选填)$/.test(cell)).length > cells.length / 2;
}

function judge(cells, width, at) {
  if (cells.length !== width) return 'rejected';
  if (cells.some(isSpoilt)) return 'rejected';
  const values = cells.map((cell) => (emptyMarks.has(cell.trim()) ? '' : cell.trim()));
  if (required.some((place) => values[place] === '')) return 'rejected';
  const kind = kinds[values[column.kind]];
  const permitKind = permitKinds[values[column.permitKind]];
  const state = states[values[column.state]];
  if (kind === undefined || permitKind === undefined || state === undefined || kind === 'N') return 'rejected';
  if (values[column.representative] === '' || values[column.title].length > 64) return 'rejected';
  const code = values[column.code].normalize('NFKC').replace(/\s/g, '').toUpperCase();
  if (code === '' ? kind === 'O' : !isCreditCode(code)) return 'rejected';
  const name = values[column.name];
  if (isCreditCode(name)) return 'rejected';
  const dates = [values[column.decided], values[column.from], values[column.to]].map(dayOf);
  const [decided, from, to] = dates;
  if (dates.includes(null) || decided > at || to < from || (state === 'V' && to < decided)) return 'rejected';
  const organ = values[column.organ];
  if (!deciders.has(organ) && !others.has(organ)) return 'rejected';
  if (others.has(organ)) return 'doubtful';
  const rest = values.filter((_, place) => ![0, 1, 2, 15, 19, 20, 21, 24].includes(place));
  const content = [name, kind, code, permitKind, state, ...dates, ...rest].join('\u0001');
  return { number: values[column.number], content: createHash('md5').update(content).digest('base64') };
}

function isSpoilt(cell) {
  if (/^[ -~]*$/.test(cell)) return /^#(N\/A|REF!)$/.test(cell) || /^\d\.\d+E\+\d+$/.test(cell);
  if (/\p{Cc}|\ufffd|锟斤拷/u.test(cell.replace(/[\t\r\n]/g, ''))) return true;
  if (/[\u00a1-\u00ff]{3}/.test(cell)) return true;
  // Chinese that is UTF-8 when written in GBK was UTF-8 once. The last character of a run may be cut.
  return cell.split(/[\s -~]+/).some((run) => {
    const bytes = iconv.encode(run, 'gbk');
    return [0, 1, 2].some((cut) => bytes.length > 5 && isUtf8(bytes.subarray(0, bytes.length - cut)) && /[\u4e00-\u9fff]{2}/.test(bytes.toString('utf8')));
  });
}

function dayOf(text) {
  if (/^(长期|9999-12-31)$/.test(text)) return '2099-12-31';
  const plain = text.normalize('NFKC').replace(/[年月]/g, '-').replace(/日$/, '').replaceAll('/', '-').replace(/ [\d:.]+$/, '');
  let day = null;
  if (/^\d{5}$/.test(plain)) day = new Date((Number(plain) - 25_569) * 86_400_000).toISOString().slice(0, 10);
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain) ?? [];
  if (year !== undefined) day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  if (day === null) return null;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? null : day;
}

function isCreditCode(code) {
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  if (!/^[0-9A-Z]{18}$/.test(code)) return false;
  let sum = 0;
  let weight = 1;
  for (const letter of code.slice(0, 17)) {
    sum += letters.indexOf(letter) * weight;
    weight = (weight * 3) % 31;
  }
  const inner = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, factor, place) => total + factor * Number.parseInt(code[8 + place], 36), 0);
  const check = 11 - (inner % 11);
  return letters[(31 - (sum % 31)) % 31] === code[17] && code[16] === (check === 10 ? 'X' : String(check % 11));
}

async function* rowsOf(file) {
  const handle = await open(file);
  const { buffer } = await handle.read({ buffer: Buffer.alloc(4096), position: 0 });
  await handle.close();
  if (buffer.toString('latin1', 0, 2) === 'PK') yield* workbookRows(file);
  else yield* csvRows(file, buffer.includes(Buffer.from('行政相对人')) ? 'utf-8' : 'gb18030');
}

/** Character by character: quotes protect commas and line breaks, two of them are one. */
async function* csvRows(file, encoding) {
  let cells = [];
  let cell = '';
  let quoted = false;
  for await (const text of createReadStream(file).pipe(iconv.decodeStream(encoding))) {
    for (const letter of text) {
      if (letter === '"') {
        quoted = !quoted;
        if (quoted) cell += '"';
      } else if (letter === ',' && !quoted) {
        cells.push(cell);
        cell = '';
      } else if (letter === '\n' && !quoted) {
        yield [...cells, cell.replace(/\r$/, '')].map(unquoted);
        cells = [];
        cell = '';
      } else cell += letter;
    }
  }
}

/** Each opening quote was kept: the first is no part of the cell, the others stand for a doubled one. */
function unquoted(cell) {
  return cell.startsWith('"') ? cell.slice(1) : cell;
}

async function* workbookRows(file) {
  const strings = [];
  for await (const item of partsOf(file, 'xl/sharedStrings.xml', '</si>')) strings.push(textOf(/<t[^>]*>([^]*)<\/t>/.exec(item)[1]));
  let width = 0;
  for await (const row of partsOf(file, 'xl/worksheets/sheet1.xml', '</row>')) {
    const cells = [];
    for (const [, letters, rest] of row.matchAll(/<c r="([A-Z]+)\d+"([^]*?)<\/c>/g)) {
      let place = 0;
      for (const letter of letters) place = place * 26 + letter.charCodeAt(0) - 64;
      while (cells.length < place - 1) cells.push('');
      const value = /<(?:v|t)(?: [^>]*)?>([^]*)<\/(?:v|t)>/.exec(rest)[1];
      if (rest.includes('t="s"')) cells.push(strings[Number(value)]);
      else if (rest.includes('s="1"')) cells.push(new Date((Number(value) - 25_569) * 86_400_000).toISOString().slice(0, 10));
      else cells.push(textOf(value));
    }
    // The header is the first row that is filled without a gap.
    if (width === 0 && cells.length > 5 && !cells.includes('')) width = cells.length;
    while (cells.length < width) cells.push('');
    yield cells;
  }
}

function textOf(xml) {
  const text = xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return text.replace(/_x([0-9A-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The pieces of a part of the archive, each up to and with `end`. */
async function* partsOf(file, name, end) {
  const zip = await openPromise(file, { autoClose: false });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== name) continue;
    let rest = '';
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream.setEncoding('utf8')) {
      const pieces = (rest + chunk).split(end);
      rest = pieces.pop();
      yield* pieces;
    }
  }
  zip.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file, , at = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date())] = process.argv;
  console.log(JSON.stringify(await countRows(file, at)));
}
