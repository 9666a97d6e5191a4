/**
 * The permit items the hub knows so far. The closed list of ten stands in XT-3.0; the spine carries the first two,
 * whose competence is XT-3.1* and XT-3.2*. Codes are stable, names are dated.
 */
export const permitItems = {
  P01: { zh: '劳务派遣经营许可', en: 'Labour dispatch', certificate: ['劳务派遣经营许可证'] },
  P02: {
    zh: '人力资源服务机构资格认定',
    en: 'Human-resources service agency',
    // one code with dated aliases; both certificate names are in use for the same business.
    certificate: ['人力资源服务许可证', '人力资源服务机构资格证', '人力资源服务机构资格认定证书'],
  },
} as const;

export type PermitItem = keyof typeof permitItems;

export const permitItemCodes = Object.keys(permitItems) as [PermitItem, ...PermitItem[]];

export function isPermitItem(code: string): code is PermitItem {
  return Object.hasOwn(permitItems, code);
}

/** The item whose certificate carries this name, or null: an item is read from its certificate, never guessed. */
export function itemOfCertificate(name: string): PermitItem | null {
  return permitItemCodes.find((code) => (permitItems[code].certificate as readonly string[]).includes(name)) ?? null;
}
