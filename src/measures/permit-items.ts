/** A name of an item and the document that uses it. Names are dated, codes are stable. */
export interface ItemName {
  readonly zh: string;
  /** First day (`YYYY-MM-DD`) of the name, null for the first one; it stands until the next one begins. */
  readonly from: string | null;
  readonly clauses: readonly string[];
}

/** The actions of an item. Empty where no clause lists any. */
export interface ItemActions {
  /** The closed list of the clause. */
  readonly listed: readonly string[];
  /** Taken from a source as well, though the list does not name them. */
  readonly accepted: readonly string[];
  readonly clauses: readonly string[];
}

/** One of the ten permit items of the measures (XT-3.0). */
export interface PermitItemRecord {
  /** First name of the item, as XT-3.0 prints it. */
  readonly zh: string;
  readonly en: string;
  readonly names: readonly ItemName[];
  /** Names of its certificates: an item is read from its certificate. Empty where the texts name none. */
  readonly certificate: readonly string[];
  /** Code in the enforcement catalogue of 2019; only P01 and P02 have one. */
  readonly catalogueCode: string | null;
  readonly actions: ItemActions;
  /** Clauses of section 三 that set out its competence. */
  readonly clauses: readonly string[];
}

/** Day of 津人社办发〔2019〕69号, whose catalogue renames P02 (SX-A.5). */
const catalogueDay = '2019-05-14';

const noActions: ItemActions = { listed: [], accepted: [], clauses: [] };

function item(zh: string, en: string, clauses: readonly string[], more: Partial<PermitItemRecord> = {}): PermitItemRecord {
  return { zh, en, names: [{ zh, from: null, clauses: ['XT-3.0'] }], certificate: [], catalogueCode: null, actions: noActions, clauses, ...more };
}

/** The closed list of ten (XT-3.0). */
export const permitItems = {
  P01: item('劳务派遣经营许可', 'Labour dispatch', ['XT-3.1a', 'XT-3.1b', 'XT-3.1c'], {
    certificate: ['劳务派遣经营许可证'],
    catalogueCode: 'XK-01',
    actions: {
      listed: ['GRANT', 'BRANCH_FILING', 'CHANGE', 'ANNUAL_REPORT', 'RENEWAL', 'CANCELLATION'],
      accepted: ['REVOCATION'],
      clauses: ['XT-4.1.1b', 'A-70'],
    },
  }),
  P02: item('人力资源服务机构资格认定', 'Human-resources service agency', ['XT-3.2a', 'XT-3.2b', 'XT-3.2c', 'XT-3.2d', 'XT-3.2e', 'XT-3.2f'], {
    names: [
      { zh: '人力资源服务机构资格认定', from: null, clauses: ['XT-3.0'] },
      { zh: '人力资源服务许可', from: catalogueDay, clauses: ['SX-A.5', 'A-37'] },
    ],
    // Both generations of certificates are in use for the same business.
    certificate: ['人力资源服务许可证', '人力资源服务机构资格证', '人力资源服务机构资格认定证书'],
    catalogueCode: 'XK-02',
  }),
  P03: item('招聘会许可', 'Job fair', ['XT-3.3a', 'XT-3.3b']),
  P04: item('台、港、澳人员在内地就业许可', 'Employment of residents of Taiwan, Hong Kong and Macao', ['XT-3.4a', 'XT-3.4b', 'XT-3.4c']),
  P05: item('企业不定时和综合计算工时工作制许可', 'Special working hours', ['XT-3.5a', 'XT-3.5b', 'XT-3.5c', 'XT-3.5d', 'XT-3.5e']),
  P06: item('集体合同审查', 'Review of collective contracts', ['XT-3.6a', 'XT-3.6b']),
  P07: item('外国人来华工作许可', 'Foreigner’s work permit', ['XT-3.7a', 'XT-3.7b', 'XT-3.7c', 'XT-3.7d'], {
    certificate: ['外国人工作许可证'],
  }),
  P08: item('职业技能鉴定机构认定', 'Skill appraisal body', ['XT-3.8a', 'XT-3.8b', 'XT-3.8c', 'XT-3.8d']),
  P09: item('职业资格证书颁发', 'Vocational certificate', ['XT-3.9a', 'XT-3.9b']),
  P10: item('职业培训机构设立许可', 'Vocational training body', ['XT-3.10a', 'XT-3.10b', 'XT-3.10c', 'XT-3.10d'], {
    actions: {
      listed: ['ESTABLISH', 'ADD_ITEM', 'CHANGE', 'REVOKE'],
      accepted: ['CANCELLATION'],
      clauses: ['XT-3.10b', 'A-14'],
    },
  }),
} as const satisfies Readonly<Record<string, PermitItemRecord>>;

export type PermitItem = keyof typeof permitItems;

export const permitItemCodes = Object.keys(permitItems) as [PermitItem, ...PermitItem[]];

export function isPermitItem(code: string): code is PermitItem {
  return Object.hasOwn(permitItems, code);
}

/** The name an item has on a day. */
export function itemNameOn(item: PermitItem, day: string): ItemName {
  const names: readonly ItemName[] = permitItems[item].names;
  const name = names.filter(({ from }) => from === null || from <= day).at(-1);
  if (!name) throw new Error(`${item} has no first name.`);
  return name;
}

/** The item that has, or ever had, this name; null for any other text. */
export function itemOfName(name: string): PermitItem | null {
  return permitItemCodes.find((code) => permitItems[code].names.some(({ zh }) => zh === name)) ?? null;
}

/** The item whose certificate carries this name, or null: an item is read from its certificate, never guessed. */
export function itemOfCertificate(name: string): PermitItem | null {
  return permitItemCodes.find((code) => permitItems[code].certificate.includes(name)) ?? null;
}
