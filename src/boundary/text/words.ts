import { isPermitItem, permitItems } from '../../measures/permit-items.js';
import { purposes as purposeWords, type Purpose } from '../../measures/purposes.js';
import type { AggregateBoundary, Condition, RelationDeclaration, Right, Shown, Words } from '../declaration.js';
import { masks } from '../masks.js';

/**
 * Declarations in words, made from what is compiled and not from their free text: a reader who holds them against the
 * clause reads the rule itself.
 */

/** What a condition's column is called, and what it equals where it equals a value of the viewer. */
const properties: Readonly<Record<string, Words & { readonly own: Words }>> = {
  jurisdiction: { zh: '所属地', en: 'jurisdiction', own: { zh: '本地', en: 'the viewer’s own' } },
  item: { zh: '许可事项', en: 'permit item', own: { zh: '', en: '' } },
  district: { zh: '监管区', en: 'supervising district', own: { zh: '本区', en: 'the viewer’s own district' } },
  decidedByCode: { zh: '决定机关', en: 'deciding bureau', own: { zh: '本机关', en: 'the viewer’s own bureau' } },
  responsibleOrganCode: { zh: '认定机关', en: 'organ that answers for it', own: { zh: '本机关', en: 'the viewer’s own bureau' } },
  bureauCode: { zh: '实施机关', en: 'bureau that takes it', own: { zh: '本机关', en: 'the viewer’s own bureau' } },
  leadOrganCode: { zh: '牵头机关', en: 'organ that leads it', own: { zh: '本机关', en: 'the viewer’s own bureau' } },
  entryOrganCode: { zh: '名单记录的认定机关', en: 'organ that answers for its entry', own: { zh: '本机关', en: 'the viewer’s own bureau' } },
  list: { zh: '名单', en: 'list', own: { zh: '', en: '' } },
  state: { zh: '状态', en: 'state', own: { zh: '', en: '' } },
  channel: { zh: '公开范围', en: 'channel', own: { zh: '', en: '' } },
  overOn: { zh: '期满之日', en: 'first day after its end', own: { zh: '', en: '' } },
  decidedOn: { zh: '决定日期', en: 'date of decision', own: { zh: '', en: '' } },
  validTo: { zh: '有效期至', en: 'end of validity', own: { zh: '', en: '' } },
};

const codes: Readonly<Record<string, Words>> = {
  'CN-TJ': { zh: '天津市', en: 'Tianjin' },
  'CN-FJ-350200': { zh: '厦门市', en: 'Xiamen' },
  US: { zh: '美国', en: 'United States' },
  RED: { zh: '红名单', en: 'the red list' },
  BLACK: { zh: '黑名单', en: 'the black list' },
  PUBLISHED: { zh: '已公布', en: 'published' },
  OBJECTED: { zh: '异议处理中', en: 'objected to' },
  CONFIRMED: { zh: '已确认', en: 'confirmed' },
  PUBLIC_CREDIT: { zh: '公共信用信息', en: 'public credit information' },
};

/** Whether a column of conditions has words of its own; otherwise its name stands for it. */
export function hasWords(property: string): boolean {
  return Object.hasOwn(properties, property);
}

/** One condition in words. */
export function conditionWords(property: string, condition: Condition): Words {
  const { zh, en, own } = properties[property] ?? { zh: property, en: property, own: { zh: '本机关', en: 'the viewer’s own' } };
  if ('viewer' in condition) return { zh: `${zh}为${own.zh}`, en: `${en} is ${own.en}` };
  if ('day' in condition) return dayWords({ zh, en }, condition.day);
  return {
    zh: `${zh}为${condition.oneOf.map((code) => codeWords(code).zh).join('、')}`,
    en: `${en} ${condition.oneOf.length === 1 ? 'is' : 'is one of'} ${condition.oneOf.map((code) => codeWords(code).en).join(', ')}`,
  };
}

function dayWords({ zh, en }: Words, day: 'reached' | 'open'): Words {
  return day === 'reached' ? { zh: `${zh}已到`, en: `${en} has come` } : { zh: `${zh}未到或未定`, en: `${en} has not come, or there is none` };
}

/** A code of a condition with its name, where it has one. */
export function codeWords(code: string): Words {
  if (isPermitItem(code)) return { zh: `${code} ${permitItems[code].zh}`, en: `${code} ${permitItems[code].en}` };
  const known = codes[code];
  return known ? { zh: known.zh, en: known.en } : { zh: code, en: code };
}

/** The rows of a relation in words: all of its conditions, joined by AND. */
export function rowWords({ where }: Pick<RelationDeclaration, 'where'>): Words {
  const all = Object.entries(where).map(([property, condition]) => conditionWords(property, condition));
  return { zh: all.map(({ zh }) => zh).join('，且'), en: all.map(({ en }) => en).join('; ') };
}

/** Of which rows a cube is made and how it may be cut, in words. */
export function cubeWords({ where, dimensions, sums }: Pick<AggregateBoundary, 'where' | 'dimensions' | 'sums'>): Words {
  const rows = rowWords({ where });
  const [by, of] = [Object.keys(dimensions).join(', '), Object.keys(sums).join(', ')];
  return { zh: `${rows.zh}；维度 ${by}；合计 count, holders, ${of}`, en: `${rows.en}; by ${by}; count, holders, ${of}` };
}

/** First and last day of a relation in words; null where it holds on every day. */
export function periodWords({ from, until }: Pick<RelationDeclaration, 'from' | 'until'>): Words | null {
  if (from === undefined && until === undefined) return null;
  return {
    zh: [from === undefined ? '' : `自 ${from}`, until === undefined ? '' : `至 ${until}`].filter(Boolean).join(' '),
    en: [from === undefined ? '' : `from ${from}`, until === undefined ? '' : `until ${until}`].filter(Boolean).join(' '),
  };
}

/** Purposes in words, each with its code. */
export function purposesWords(list: readonly Purpose[]): Words {
  return {
    zh: list.map((code) => `${purposeWords[code].zh}（${code}）`).join('、'),
    en: list.map((code) => `${purposeWords[code].en} (${code})`).join(', '),
  };
}

/** How a cell is shown, in words. */
export function shownWords(shown: Shown | null | undefined): Words {
  if (shown === null || shown === undefined) return { zh: '不提供', en: 'withheld' };
  if (shown === 'full') return { zh: '全部', en: 'in full' };
  if (shown === 'digest') return { zh: '摘要', en: 'as a digest' };
  return { zh: masks[shown.mask].zh, en: masks[shown.mask].en };
}

/** A right with its conditions in words; null and undefined are the right to nothing. */
export function rightWords(right: Right | null | undefined): Words {
  const shown = shownWords(right?.shown);
  if (!right || (!right.purposes && !right.when)) return shown;
  const conditions: Words[] = [];
  if (right.purposes) {
    const words = purposesWords(right.purposes);
    conditions.push({ zh: `声明用途${words.zh}及案号`, en: `with a case number and the purpose ${words.en}` });
  }
  if (right.when) {
    const words = conditionWords(right.when.property, { day: right.when.day });
    conditions.push({ zh: words.zh, en: `when the ${words.en}` });
  }
  const otherwise = shownWords(right.otherwise);
  return {
    zh: `${shown.zh}（须${conditions.map(({ zh }) => zh).join('，且')}）；否则${otherwise.zh}`,
    en: `${shown.en} (${conditions.map(({ en }) => en).join(' and ')}); otherwise ${otherwise.en}`,
  };
}
