import type { z } from 'zod';
import { agencyOfCode } from '../measures/agencies.js';
import { fieldsOfText, type Layout } from './layout.js';
import { holderKinds, permitFields, type PermitProfile } from './profile-schema.js';

/** One thing that is wrong with a profile: where in the YAML, and what is expected there. */
export interface ProfileFault {
  /** As `columns[3].parse`; empty for the file as a whole. */
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}

/** What the shape check found, in words. */
export function shapeFaults(issues: readonly z.core.$ZodIssue[]): readonly ProfileFault[] {
  return issues.flatMap((issue): readonly ProfileFault[] => {
    const path = pathText(issue.path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: pathText([...issue.path, key]),
          zh: '没有这个键，请删除或改正拼写',
          en: 'there is no such key: remove it or correct its spelling',
        }));
      case 'invalid_value':
        return [{ path, zh: `应为 ${issue.values.join('、')} 之一`, en: `expected one of ${issue.values.join(', ')}` }];
      case 'invalid_type':
        return [{ path, zh: `应为 ${issue.expected}（缺少或类型不符）`, en: `expected ${issue.expected}; it is missing or of another type` }];
      case 'invalid_format':
        return [{ path, zh: `应符合 ${issue.pattern ?? issue.format}`, en: `expected the form ${issue.pattern ?? issue.format}` }];
      case 'invalid_union':
        return issue.errors.length === 0
          ? [{ path, zh: '应为所列形式之一', en: issue.message }]
          : [{ path, zh: '应为 filled、empty 或一个非空列表', en: 'expected filled, empty or a list that is not empty' }];
      default:
        return [{ path, zh: '取值不符', en: issue.message }];
    }
  });
}

/** Fields that every profile fills on every row. */
const indispensable = ['documentNo', 'holderName', 'status', 'decidedOn'] as const;

/** Fields of which at least one must be there, and what they tell. */
const alternatives: readonly { readonly fields: readonly string[]; readonly zh: string; readonly en: string }[] = [
  { fields: ['organ', 'organName'], zh: '决定机关', en: 'who decided' },
  { fields: ['itemCode', 'itemName', 'certificateName'], zh: '许可事项', en: 'the permit item' },
];

/** What the parts of a profile of permits of the right shape say against each other. */
export function permitFaults(profile: PermitProfile): readonly ProfileFault[] {
  const { holder } = profile;
  const faults = [...layoutFaults(profile, permitFields, indispensable, holder.by === 'name' ? holder.fields : [])];
  const note = (path: string, zh: string, en: string) => void faults.push({ path, zh, en });
  const known = fieldsGiven(profile);
  for (const { fields, zh, en } of alternatives) {
    if (!fields.some((field) => known.has(field))) note('columns', `缺少${zh}：${fields.join('、')} 至少一个`, `nothing tells ${en}: give one of ${fields.join(', ')}`);
  }
  if (holder.by === 'code' && holder.kind === 'column' && !known.has('subjectKind')) {
    note('holder.kind', '没有 subjectKind 列或常量，请补充或写 kind: codes', 'there is no column or constant subjectKind: add one or write kind: codes');
  }
  if (holder.by === 'name') holder.fields.forEach((field, index) => faults.push(...unknownFields(`holder.fields[${index}]`, [field], known)));
  if (Object.keys(profile.decisions).length === 0) note('decisions', '至少列出一个表示决定的 status 取值', 'list at least one value of status that is a decision');
  for (const value of Object.keys(profile.applications)) {
    if (Object.hasOwn(profile.decisions, value)) note(`applications.${value}`, '已列为决定', 'is listed as a decision as well');
  }
  return faults;
}

/**
 * What columns, constants and texts of a profile say against each other. `fields` are those the record has, `needed`
 * those every row fills, `taken` those of the profile's own that its other parts use.
 */
export function layoutFaults(layout: Layout, fields: readonly string[], needed: readonly string[], taken: readonly string[]): readonly ProfileFault[] {
  const faults: ProfileFault[] = [];
  const note = (path: string, zh: string, en: string) => void faults.push({ path, zh, en });
  // Of a field with two columns the first one counts.
  const ofColumns = new Map([...layout.columns.entries()].reverse().map(([index, { field }]) => [field, index]));
  const known = fieldsGiven(layout);
  const used = new Set([
    ...Object.values(layout.texts).flatMap(fieldsOfText),
    ...taken,
    ...layout.columns.flatMap(({ requiredWhen = {}, emptyWhen = {} }) => [...Object.keys(requiredWhen), ...Object.keys(emptyWhen)]),
  ]);
  const isField = (field: string) => fields.includes(field);
  const checkKind = (path: string, kind: string) => {
    if (!(holderKinds as readonly string[]).includes(kind)) note(path, `应为 ${holderKinds.join('、')} 之一`, `expected one of ${holderKinds.join(', ')}`);
  };

  layout.columns.forEach(({ field, requiredWhen = {}, emptyWhen = {}, values }, index) => {
    const at = `columns[${index}]`;
    if (ofColumns.get(field) !== index) note(`${at}.field`, `字段 ${field} 有两列`, `the field ${field} has two columns`);
    if (Object.hasOwn(layout.constants, field)) note(`constants.${field}`, '同时是列与常量，请删去其一', 'is a column as well: keep one of them');
    if (!isField(field) && !used.has(field)) {
      note(`${at}.field`, `枢纽没有字段 ${field}，配置中也未用到${likely(field, fields, '您是否指')}`, `the hub has no field ${field} and nothing in the profile uses it${likely(field, fields, '; did you mean')}`);
    }
    faults.push(...unknownFields(`${at}.requiredWhen`, Object.keys(requiredWhen), known), ...unknownFields(`${at}.emptyWhen`, Object.keys(emptyWhen), known));
    if (field === 'subjectKind') {
      for (const [cell, kind] of Object.entries(values ?? {})) checkKind(`${at}.values.${cell}`, kind);
    }
  });
  for (const [field, value] of Object.entries(layout.constants)) {
    if (!isField(field) && !used.has(field)) note(`constants.${field}`, '枢纽没有这个字段', 'the hub has no such field');
    if (field === 'subjectKind') checkKind('constants.subjectKind', value);
    if (field === 'organ' && agencyOfCode(value) === null) {
      note('constants.organ', '没有这个机关代码，见 hub agencies', 'there is no such agency code: see hub agencies');
    }
  }
  for (const field of needed) {
    const index = ofColumns.get(field);
    const column = index === undefined ? undefined : layout.columns[index];
    if (Object.hasOwn(layout.constants, field) || Object.hasOwn(layout.texts, field)) continue;
    if (!column) note('columns', `缺少字段 ${field}（列或常量）`, `the field ${field} is missing: give a column or a constant`);
    else if (!column.required && column.default === undefined) note(`columns[${index ?? 0}].required`, `字段 ${field} 须为 required: true 或有 default`, `the field ${field} must be required: true or have a default`);
  }
  for (const [field, template] of Object.entries(layout.texts)) {
    if (!isField(field)) note(`texts.${field}`, '枢纽没有这个字段', 'the hub has no such field');
    if (ofColumns.has(field)) note(`texts.${field}`, '同时是列，请删去其一', 'is a column as well: keep one of them');
    faults.push(...unknownFields(`texts.${field}`, fieldsOfText(template), known));
  }
  return faults;
}

/** The fields that a column, a constant or a text of a profile gives. */
export function fieldsGiven({ columns, constants, texts }: Layout): ReadonlySet<string> {
  return new Set([...columns.map(({ field }) => field), ...Object.keys(constants), ...Object.keys(texts)]);
}

/** Fields that are named at a place and given nowhere. */
export function unknownFields(path: string, named: readonly string[], known: ReadonlySet<string>): readonly ProfileFault[] {
  return named.flatMap((field) => (known.has(field) ? [] : [{ path, zh: `字段 ${field} 既不是列也不是常量`, en: `no column or constant gives the field ${field}` }]));
}

/** A known field that differs by case, or begins or ends alike: enough for a slip of the keyboard. */
function likely(field: string, fields: readonly string[], ask: string): string {
  const wanted = field.toLowerCase();
  const found = fields.find((name) => {
    const known = name.toLowerCase();
    return known === wanted || known.startsWith(wanted) || wanted.startsWith(known) || known.endsWith(wanted);
  });
  return found ? `${ask} ${found}？` : '';
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('').replace(/^\./, '');
}
