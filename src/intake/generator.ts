import { agencies, agencyOfCode, districtOf, permitLocations, type PermitLocation } from '../measures/agencies.js';
import { competenceReadings, everyApplicant } from '../measures/competence.js';
import { permitItems } from '../measures/permit-items.js';
import { creditCodeCheck } from '../subjects/identifiers/credit-code.js';
import { organisationCodeCheck } from '../subjects/identifiers/organisation-code.js';
import { loadProfile } from './profile.js';

export interface GeneratorOptions {
  /** Number of data rows. */
  readonly rows: number;
  /** Same seed, rows and day give the same file, byte by byte; a longer file begins with the shorter one. */
  readonly seed: number;
  /** `YYYY-MM-DD`: no decision is later, and statuses are those of this day. */
  readonly at: string;
}

/** Stands in the remarks of every generated row. */
export const syntheticMark = '合成数据 SYNTHETIC';

/** First possible decision: before Binhai's competence for P01 begins (XT-4.1.1a), so that both sides occur. */
const firstDecision = Date.UTC(2015, 0, 1);
const day = 86_400_000;

/** The items the national layout is generated for. */
type GeneratedItem = 'P01' | 'P02';

/** Years a permit is valid: 劳务派遣 3, 人力资源 5. */
const validYears: Readonly<Record<GeneratedItem, number>> = { P01: 3, P02: 5 };

const contents: Readonly<Record<GeneratedItem, string>> = {
  P01: '劳务派遣业务',
  // The comma makes every reader of the file show whether it knows quotes.
  P02: '为劳动者介绍用人单位,为用人单位推荐劳动者',
};

/** XT-4.1.2c: 1201 and four free digits. */
const seriesNumbers = 10_000;

/** Share of rows whose holder is taken from the rows before: those hold several permits. */
const repeatedHolders = 0.12;
const households = 0.04;
/** Share of applicants that are private domestic units without a superior authority; the rest is of every sort. */
const ordinaryApplicants = 0.7;
const ordinaryApplicant = everyApplicant.findIndex(
  ({ capital, affiliation, superiorAuthority }) => capital === 'DOMESTIC' && affiliation === 'OTHER' && !superiorAuthority,
);

/** Characters of a credit code; a made-up organisation code begins YH, which no registration office gives out. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const organisationCodes = alphabet.length ** 6;

interface Holder {
  readonly name: string;
  readonly creditCode: string;
  readonly kind: '法人及非法人组织' | '个体工商户';
  readonly representative: string;
  readonly location: PermitLocation;
  /** Index in everyApplicant. */
  readonly applicant: number;
}

/**
 * A file of the national permit layout with made-up rows, line by line, each with its line break, the header first:
 * 28 columns, 地方编码 and 事项编码. Codes carry right check digits, organs and places agree with competence, names say
 * that they are invented, and every row is marked SYNTHETIC. Any size: nothing is kept between lines.
 */
export async function* generateNationalLayout(options: GeneratorOptions): AsyncGenerator<string> {
  for await (const cells of generateNationalRows(options)) yield csvLine(cells);
}

/** As `generateNationalLayout`, as cells. */
export async function* generateNationalRows({ rows, seed, at }: GeneratorOptions): AsyncGenerator<readonly string[]> {
  const { fields, headers } = await nationalLayout();
  yield headers;
  for (let index = 0; index < rows; index += 1) {
    const cells = generatedRow(index, seed, at);
    yield fields.map((field) => cells[field] ?? '');
  }
}

/** The columns of the national layout in order: names of their fields and headers. */
export async function nationalLayout(): Promise<{ readonly fields: readonly string[]; readonly headers: readonly string[] }> {
  const { columns } = await loadProfile('national-permit-2018');
  return { fields: columns.map(({ field }) => field), headers: columns.map(({ names }) => names[0] ?? '') };
}

/** The cells of one row by field, as `generateNationalLayout` writes it; what is empty is absent. */
export function generatedRow(index: number, seed: number, at: string): Readonly<Record<string, string>> {
  const random = randomOf(seed, 1, index);
  // The first rows go through all places in turn, so that a small file already shows every district.
  const repeated = index >= permitLocations.length && random() < repeatedHolders;
  const holder = holderOf(repeated ? Math.floor(random() * index) : index, seed);
  const item: GeneratedItem = random() < 0.55 ? 'P01' : 'P02';
  const span = Math.floor((Date.parse(`${at}T00:00:00Z`) - firstDecision) / day) + 1;
  const decided = new Date(firstDecision + Math.floor(random() * span) * day);
  const decidedOn = decided.toISOString().slice(0, 10);
  const ends = new Date(Date.UTC(decided.getUTCFullYear() + validYears[item], decided.getUTCMonth(), decided.getUTCDate() - 1));
  const validTo = ends.toISOString().slice(0, 10);
  const reading = competenceReadings(item, holder.location, decidedOn)[holder.applicant];
  const organ = reading && agencyOfCode(reading.decidedBy);
  if (!organ) throw new Error('Competence names no registered organ.');
  const serial = String(index + 1).padStart(7, '0');
  // The series of XT-4.1.2c has 10,000 numbers; what is decided beyond them is a decision without a certificate.
  const inSeries = item === 'P01' && organ.code !== 'MUNI_HRSS';
  const exhausted = inSeries && index >= seriesNumbers;
  return {
    holderName: holder.name,
    subjectKind: holder.kind,
    creditCode: holder.creditCode,
    legalRepresentative: holder.representative,
    documentTitle: '准予行政许可决定书',
    documentNo: `津合成许〔${decidedOn.slice(0, 4)}〕${seed}-${serial}号`,
    permitKind: '普通',
    certificateName: exhausted ? '' : (permitItems[item].certificate[0] ?? ''),
    certificateNo: exhausted ? '' : inSeries ? `1201${String(seriesNumber(index, seed)).padStart(4, '0')}` : `合成${seed}-${serial}`,
    content: contents[item],
    decidedOn: slashed(decidedOn),
    validFrom: slashed(decidedOn),
    validTo: slashed(validTo),
    organName: organ.nameZh,
    organCode: organCode(organ.code),
    status: validTo >= at && random() < 0.95 ? '1' : '2',
    sourceUnit: organ.nameZh,
    sourceUnitCode: organCode(organ.code),
    remarks: syntheticMark,
    districtCode: districtOf(holder.location),
    itemCode: item,
  };
}

/** Files of neighbouring seeds begin a thousand numbers apart, so that small ones can be imported side by side. */
function seriesNumber(index: number, seed: number): number {
  const start = ((seed - 20161016) * 1000) % seriesNumbers;
  return (index + start + seriesNumbers) % seriesNumbers;
}

function holderOf(index: number, seed: number): Holder {
  const random = randomOf(seed, 2, index);
  const location = index < permitLocations.length ? permitLocations[index] : placeOf(random);
  if (location === undefined) throw new Error('There is no location to generate for.');
  const household = random() < households;
  const number = String(index + 1).padStart(6, '0');
  return {
    name: household ? `虚构职业介绍店第${number}号` : `虚构人力资源有限公司第${number}号`,
    kind: household ? '个体工商户' : '法人及非法人组织',
    creditCode: creditCodeOf(`${household ? '92' : '91'}${districtOf(location)}`, 'YH', index + randomOf(seed, 3, 0)() * organisationCodes),
    representative: `虚构人${number}`,
    location,
    applicant: random() < ordinaryApplicants ? ordinaryApplicant : Math.floor(random() * everyApplicant.length),
  };
}

/** Binhai and its free-trade areas take half of the rows, as the clauses are mostly about them. */
function placeOf(random: () => number): PermitLocation {
  const inBinhai = random() < 0.5;
  return pick(permitLocations.filter((location) => (districtOf(location) === '120116') === inBinhai), random);
}

function pick<T>(list: readonly T[], random: () => number): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error('Nothing to choose from.');
  return chosen;
}

function organCode(agency: string): string {
  return creditCodeOf('11120000', 'YA', agencies.findIndex(({ code }) => code === agency));
}

function creditCodeOf(head: string, mark: string, serial: number): string {
  let rest = Math.floor(serial) % organisationCodes;
  let digits = '';
  for (let position = 0; position < 6; position += 1) {
    digits = alphabet.charAt(rest % alphabet.length) + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  const organisation = `${mark}${digits}`;
  const body = `${head}${organisation}${organisationCodeCheck(organisation)}`;
  return `${body}${creditCodeCheck(body)}`;
}

/** mulberry32 on a mixed start: each (seed, purpose, index) has its own sequence, so rows do not depend on each other. */
export function randomOf(seed: number, purpose: number, index: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(purpose, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return next;
}

function slashed(date: string): string {
  return date.replaceAll('-', '/');
}

/** One line of CSV with its line break. */
export function csvLine(cells: readonly string[], ending = '\n'): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}${ending}`;
}
