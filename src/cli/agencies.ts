import { agencies, agencyOfCode, isActiveOn, type AgencyRecord } from '../measures/agencies.js';
import { legalDate, systemClock } from '../measures/clock.js';

const headings: Readonly<Record<string, string>> = {
  'CN-TJ': '天津市 · Tianjin (CN-TJ)',
  'CN-FJ-350200': '厦门市 · Xiamen (CN-FJ-350200)',
  CN: '国家 · The state (CN)',
};

/** Lists the register of agencies by jurisdiction: code, district, Chinese and English name; ended bodies say so. */
export function agenciesCommand(): Promise<number> {
  const today = legalDate(systemClock.now());
  const width = Math.max(...agencies.map(({ code }) => code.length));
  for (const jurisdiction of new Set(agencies.map((agency) => agency.jurisdiction))) {
    process.stdout.write(`\n${headings[jurisdiction] ?? jurisdiction}\n`);
    for (const agency of agencies.filter((one) => one.jurisdiction === jurisdiction)) {
      process.stdout.write(`  ${agency.code.padEnd(width)}  ${agency.district ?? '      '}  ${agency.nameZh} · ${agency.nameEn}${ended(agency, today)}\n`);
    }
  }
  return Promise.resolve(0);
}

function ended(agency: AgencyRecord, today: string): string {
  if (isActiveOn(agency, today)) return '';
  const successor = agency.successor === null ? null : agencyOfCode(agency.successor);
  return ` [至 · until ${agency.validTo ?? ''}${successor ? ` → ${successor.code}` : ''}]`;
}
