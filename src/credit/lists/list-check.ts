import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, InputType, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { visibleRows, type OperationView } from '../../boundary/operation-view.js';
import type { Boundary } from '../../boundary/declaration.js';
import { limits } from '../../limits/limits.js';
import { codes } from '../../measures/codes.js';
import { isLegalDate } from '../../measures/clock.js';
import { LegalDate } from '../../measures/legal-date.js';
import type { OperationContext } from '../../planner/context.js';
import { keysOf, readEntry, type MatchEntry } from '../../search/match-entry.js';
import { inTimeClass } from '../../search/time-class.js';
import { foldedName } from '../../subjects/names/folded-name.js';
import { CreditList } from './codes.js';

/** Most entries of one call: a list of an argument holds no more, which is checked before anything runs. */
const mostEntries = limits.listLength.limit;

/** Numbers an answer shows; one more is looked for, to tell whether there are others. */
const mostHits = 3;

/** Who may know of entries of others (B-38, B-40). */
const viewers = [
  'BLACKLIST_DB', 'CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM', 'MUNI_HRSS', 'DISTRICT_HRSS', 'XM_HRSS', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_UNIT',
] as const;

const today = `current_setting('hub.today', true)::date`;
const asOf = `current_setting('hub.check_as_of', true)::date`;
const onTheList =
  `e.list = current_setting('hub.check_list', true) AND e.state IN ('PUBLISHED', 'OBJECTED') AND (e.over_on IS NULL OR e.over_on > ${today}) ` +
  `AND e.valid_from <= ${asOf} AND (e.over_on IS NULL OR e.over_on > ${asOf})`;

/**
 * The database side of the check: entries visible now that were in force on the day asked for, by code and by folded
 * name, each by its own index. What was repaired, has expired or was revoked since is shared with nobody (YZ-3.5e).
 */
export const listCheckView: OperationView = {
  name: 'list_check',
  viewers,
  policies: { 'hub.list_entry': visibleRows },
  reads: [],
  query: `  WITH asked AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(current_setting('hub.check_entries', true)::jsonb) AS a(n int, name text, uscc text))
  SELECT a.n, 'CODE' AS found_by, f.* FROM asked a CROSS JOIN LATERAL (
    SELECT e.entry_no, e.subject_id, e.subject_name, e.subject_code FROM hub.list_entry e
    WHERE e.subject_code = a.uscc AND ${onTheList} ORDER BY e.id DESC LIMIT ${mostHits + 1}) f
  UNION ALL
  SELECT a.n, 'NAME', f.* FROM asked a CROSS JOIN LATERAL (
    SELECT e.entry_no, e.subject_id, e.subject_name, e.subject_code FROM hub.list_entry e
    WHERE e.subject_folded = a.name AND ${onTheList} ORDER BY e.id DESC LIMIT ${mostHits + 1}) f`,
};

const checkGround = { zh: '批量核查主体是否在列', en: 'checking in bulk whether subjects are listed', rows: ['B-38', 'B-40'], clauses: ['YZ-3.5c', 'YZ-3.5d', 'XM-3.6.4b'] };

export const listCheckBoundaries: readonly Boundary[] = [
  { ...checkGround, form: 'operation', type: 'Query', fields: ['creditListCheck'], viewers },
  { ...checkGround, form: 'operation', type: 'ListCheck', fields: ['reference', 'status', 'reason', 'entryNos', 'more'], viewers },
];

export const ListCheckStatus = codes('LISTED', 'NOT_LISTED', 'POSSIBLE', 'UNDECIDED');
export type ListCheckStatus = keyof typeof ListCheckStatus;
export const ListCheckReason = codes(
  'CODE_EQUAL', 'NAME_DIFFERS', 'NAME_EQUAL', 'CODE_NOT_LISTED', 'NAME_NOT_LISTED', 'CODE_INVALID', 'CODE_FORM_UNKNOWN', 'INPUT_EMPTY', 'INPUT_TOO_LONG',
);
export type ListCheckReason = keyof typeof ListCheckReason;

registerEnumType(ListCheckStatus, {
  name: 'ListCheckStatus',
  description: '核查结论 · Whether a subject is listed.',
  valuesConfig: {
    LISTED: { description: '在列 · Listed.' },
    NOT_LISTED: { description: '可见名单中没有 · Not on the visible list.' },
    POSSIBLE: { description: '不能确定为同一主体，须人工核对 · It may be the same subject: somebody has to look.' },
    UNDECIDED: { description: '所给内容无法核查 · What was given cannot be checked.' },
  },
});
registerEnumType(ListCheckReason, {
  name: 'ListCheckReason',
  description: '核查理由 · Why.',
  valuesConfig: {
    CODE_EQUAL: { description: '代码相同 · The code is equal.' },
    NAME_DIFFERS: { description: '代码相同而名称不同 · The code is equal, the name is another.' },
    NAME_EQUAL: { description: '名称相同，名称本身不足以确定主体 · The name is equal; a name alone identifies nobody (A-60).' },
    CODE_NOT_LISTED: { description: '名单中没有该代码 · No entry carries the code.' },
    NAME_NOT_LISTED: { description: '名单中没有该名称 · No entry bears the name.' },
    CODE_INVALID: { description: '代码校验位不符 · The code fails its check character.' },
    CODE_FORM_UNKNOWN: { description: '不是统一社会信用代码 · Not a unified social credit code.' },
    INPUT_EMPTY: { description: '名称与代码均为空 · Neither name nor code.' },
    INPUT_TOO_LONG: { description: '名称或代码过长 · Name or code is too long.' },
  },
});

@InputType({ description: '一条待核查记录：名称、统一社会信用代码或两者 · An entry to check: a name, a credit code or both.' })
export class ListCheckInput {
  @Field(() => String, { nullable: true, description: '调用方自己的编号，原样返回 · The caller’s own reference, given back as it is.' })
  reference?: string | null;

  @Field(() => String, { nullable: true, description: '名称 · Name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code.' })
  code?: string | null;
}

@ObjectType({ description: '一条记录的核查结果 · What became of an entry.' })
export class ListCheck {
  @Field(() => String, { nullable: true, description: '调用方自己的编号 · The caller’s own reference.' })
  reference!: string | null;

  @Field(() => ListCheckStatus, { description: '结论 · Status.' })
  status!: ListCheckStatus;

  @Field(() => ListCheckReason, { description: '理由 · Reason.' })
  reason!: ListCheckReason;

  @Field(() => [ID], { description: `名单记录编号，至多 ${mostHits} 个，由新到旧 · Numbers of the entries, at most ${mostHits}, newest first.` })
  entryNos!: readonly string[];

  @Field(() => Boolean, { description: '还有未列出的 · There are more than shown.' })
  more!: boolean;
}

/** An entry of the list as the view found it. */
export interface Hit {
  readonly by: 'CODE' | 'NAME';
  readonly entryNo: string;
  readonly subject: string;
  readonly folded: string;
  readonly code: string | null;
}

@Resolver()
export class ListCheckOperation {
  @Query(() => [ListCheck], {
    nullable: true,
    description:
      `批量核查：至多 ${mostEntries} 条，每条一个答复，次序与输入相同；只及可见且现仍在列的记录 · ` +
      `Checks up to ${mostEntries} subjects, each with an answer of its own, in the order of the input; against the entries this viewer may see, which are listed still.`,
  })
  async creditListCheck(
    @Arg('list', () => CreditList, { description: '名单 · Which list.' }) list: CreditList,
    @Arg('input', () => [ListCheckInput], { description: '待核查记录 · Entries.', validate: false }) input: ListCheckInput[],
    @Ctx() context: OperationContext,
    @Arg('asOf', () => LegalDate, { nullable: true, description: '截至该日在有效期内；默认今日 · In force on this day; by default today.' }) asOfDay?: string | null,
  ): Promise<ListCheck[]> {
    if (asOfDay && !isLegalDate(asOfDay)) {
      throw new GraphQLError('日期无效 · The date is none.', { extensions: { code: 'BAD_USER_INPUT', nextStep: 'asOf: "2026-11-22"' } });
    }
    const { viewer, readers } = context;
    const entries = input.map(({ name, code }) => readEntry(name ?? null, code ?? null));
    const statements = [
      {
        statement: {
          name: 'list-check-settings',
          text: `SELECT set_config('hub.check_entries', $1::text, true), set_config('hub.check_list', $2::text, true), set_config('hub.check_as_of', coalesce($3::text, current_setting('hub.today', true)), true)`,
        },
        values: [JSON.stringify(entries.flatMap((entry, n) => keysOf(entry, n) ?? [])), list, asOfDay ?? null],
      },
      {
        statement: { name: 'list-check', text: `SELECT n, found_by, entry_no, subject_id, subject_name, subject_code FROM shared.list_check__${viewer.principal.toLowerCase()}` },
        values: [],
      },
    ];
    const [, rows = []] = await inTimeClass(() => readers.run(viewer, statements, { adHoc: true, signal: context.signal }));
    const hits = new Map<number, Hit[]>();
    for (const [n, by, entryNo, subject, name, code] of rows) {
      const found = hits.get(Number(n)) ?? [];
      found.push({ by: by === 'CODE' ? 'CODE' : 'NAME', entryNo: entryNo ?? '', subject: subject ?? '', folded: foldedName(name ?? ''), code: code ?? null });
      hits.set(Number(n), found);
    }
    const released = new Set<string>();
    const answers = entries.map((entry, n): ListCheck => {
      const { status, reason, hits: told } = checkOf(entry, hits.get(n) ?? []);
      const shown = told.slice(0, mostHits);
      for (const { subject } of shown) released.add(subject);
      return { reference: input[n]?.reference ?? null, status, reason, entryNos: shown.map(({ entryNo }) => entryNo), more: told.length > mostHits };
    });
    context.noteRead(released.size, [...released]);
    return answers;
  }
}

/**
 * What the hits of an entry come to. A code decides; where code and name disagree, or there is a name alone, somebody has
 * to look. Entries of another code under the same name are another subject.
 */
export function checkOf(entry: MatchEntry, hits: readonly Hit[]): { readonly status: ListCheckStatus; readonly reason: ListCheckReason; readonly hits: readonly Hit[] } {
  const { code, folded } = entry;
  if (entry.isTooLong) return { status: 'UNDECIDED', reason: 'INPUT_TOO_LONG', hits: [] };
  const byCode = hits.filter(({ by }) => by === 'CODE');
  if (byCode.length > 0) {
    const named = folded === null || byCode.some((hit) => hit.folded === folded);
    return named ? { status: 'LISTED', reason: 'CODE_EQUAL', hits: byCode } : { status: 'POSSIBLE', reason: 'NAME_DIFFERS', hits: byCode };
  }
  const isCode = code?.key === 'uscc' && code.isValid;
  const byName = hits.filter((hit) => hit.by === 'NAME' && (!isCode || hit.code === null));
  if (byName.length > 0) return { status: 'POSSIBLE', reason: 'NAME_EQUAL', hits: byName };
  if (isCode) return { status: 'NOT_LISTED', reason: 'CODE_NOT_LISTED', hits: [] };
  if (code !== null) return { status: 'UNDECIDED', reason: code?.key === 'uscc' ? 'CODE_INVALID' : 'CODE_FORM_UNKNOWN', hits: [] };
  return folded === null ? { status: 'UNDECIDED', reason: 'INPUT_EMPTY', hits: [] } : { status: 'NOT_LISTED', reason: 'NAME_NOT_LISTED', hits: [] };
}
