import { agencyOfCode } from '../agencies.js';
import type { AgencyKind } from './agency-record.js';
import { roles } from './roles.js';

/** Words for a kind of agency or a role. */
export interface PrincipalWords {
  readonly zh: string;
  readonly en: string;
}

/** Kinds of several bodies, by the names the measures use; a kind of one body is called like the body. */
const kindWords: Partial<Readonly<Record<AgencyKind, PrincipalWords>>> = {
  DISTRICT_HRSS: { zh: '区人力社保局', en: 'district human-resources bureau' },
  DISTRICT_APPROVAL: { zh: '区行政审批局', en: 'district approval bureau' },
  FTZ_APPROVAL: { zh: '自贸区片区行政审批局', en: 'approval bureau of a free-trade area' },
  PARTNER_BUREAU: { zh: '其他部门（公安、审计、民政、市场监管、国土房管等）', en: 'other bureau (police, audit, civil affairs, market supervision, housing)' },
  WINDOW: { zh: '经办窗口', en: 'window' },
  WINDOW_HOST: { zh: '经办窗口的直接主管单位', en: 'host of a window' },
  XM_DISTRICT_HRSS: { zh: '厦门各区人社局', en: 'district human-resources bureau of Xiamen' },
  XM_UNIT: { zh: '厦门各业务处室（单位）', en: 'division or unit of Xiamen’s bureau' },
  FOREIGN_REGISTER: { zh: '境外登记机关', en: 'register of another state' },
};

const byCode: ReadonlyMap<string, PrincipalWords> = new Map([
  ...roles.map(({ code, zh, en }) => [code, { zh, en }] as const),
  ...Object.entries(kindWords),
]);

/** Words for the kind of agency or the role of a code; the code itself where the vocabulary has none. */
export function principalWords(code: string): PrincipalWords {
  const words = byCode.get(code);
  if (words) return words;
  const body = agencyOfCode(code);
  return body ? { zh: body.nameZh, en: body.nameEn } : { zh: code, en: code };
}
