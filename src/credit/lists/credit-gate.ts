import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { OperationView } from '../../boundary/operation-view.js';
import type { Boundary } from '../../boundary/declaration.js';
import type { Release } from '../../boundary/release.js';
import type { OperationContext } from '../../planner/context.js';
import { GateGround } from './codes.js';

/** The organs that license, and so may approve on commitment. */
const licensing = ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL', 'MUNI_HRSS'] as const;

/**
 * The database side of the gate (B-35, A-27): for one subject named in a setting, the lists that hold an entry in force
 * today. The red list and what was repaired, has expired or was revoked do not block. A barrier view: its parameters are
 * its row filter.
 */
export const creditGateView: OperationView = {
  name: 'credit_gate',
  viewers: licensing,
  policies: { 'hub.list_entry': `jurisdiction = 'CN-TJ' AND list IN ('BLACK', 'JUDGMENT_DEBTOR') AND state IN ('DECIDED', 'PUBLISHED', 'OBJECTED')` },
  reads: ['hub.subject'],
  query: `  SELECT s.id AS subject_id, EXISTS (SELECT ${entryInForce('BLACK')}) AS listed, EXISTS (SELECT ${entryInForce('JUDGMENT_DEBTOR')}) AS debtor
  FROM hub.subject c JOIN hub.subject s ON s.id = coalesce(c.merged_into, c.id) WHERE c.uscc = current_setting('hub.gate_subject', true)`,
};

/** Of the subject or of one that was merged into it: a merger lifts no entry. */
function entryInForce(list: string): string {
  const today = `current_setting('hub.today', true)::date`;
  return `FROM hub.list_entry e WHERE e.subject_id IN (SELECT s.id UNION ALL SELECT m.id FROM hub.subject m WHERE m.merged_into = s.id) AND e.list = '${list}' AND e.valid_from <= ${today} AND (e.over_on IS NULL OR e.over_on > ${today})`;
}

const gateGround = { zh: '办理中的告知承诺审批案件查询申请人是否有失信记录', en: 'for a pending case: may the applicant be approved on commitment', rows: ['B-35'], clauses: ['YZ-2.3d', 'A-27'] };

export const gateBoundaries: readonly Boundary[] = [
  { ...gateGround, form: 'operation', type: 'Query', fields: ['creditGate'], viewers: licensing },
  { ...gateGround, form: 'operation', type: 'CreditGate', fields: ['allowed', 'grounds'], viewers: licensing },
];

export const gateReleases: readonly Release[] = [
  {
    form: 'GATE',
    coordinates: ['Query.creditGate', 'CreditGate.allowed', 'CreditGate.grounds', 'AccessRead.subjects'],
    viewers: licensing,
    tells: {
      zh: '所指主体今日可否适用告知承诺及不可的事由类别（黑名单、未履行的生效裁判）；不及记录本身、认定机关、日期；本机关的访问日志中另有该主体的标识，凭该标识不得查看任何内容',
      en: 'whether the named subject may be approved on commitment today, and the kind of ground where not; no record, organ or date; the asker’s own access log holds that subject’s id, by which nothing can be seen',
    },
    why: { zh: '告知承诺以申请人无失信记录为前提；案件编号记入访问日志', en: 'approval on commitment presupposes an applicant without dishonesty; the case number goes into the access log' },
    rows: ['B-35'],
    clauses: ['YZ-2.3d', 'A-27'],
  },
];

@ObjectType({ description: '信用核查的答复：可否及事由类别，别无其他 · Answer of the credit gate: yes or no, and the kind of ground.' })
export class CreditGate {
  @Field(() => Boolean, { description: '可适用告知承诺 · The subject may be approved on commitment.' })
  allowed!: boolean;

  @Field(() => [GateGround], { description: '不可的事由类别；可时为空 · Kinds of ground; empty where it may.' })
  grounds!: readonly GateGround[];
}

@Resolver()
export class CreditGateOperation {
  @Query(() => CreditGate, {
    nullable: true,
    description: '告知承诺审批的信用核查：申请人今日有无黑名单记录或未履行义务 · For a pending case: is approval on commitment open to this applicant today (B-35, YZ-2.3d).',
  })
  async creditGate(
    @Arg('subjectUscc', () => String, { description: '申请人的统一社会信用代码 · Unified social credit code of the applicant.' }) subjectUscc: string,
    @Arg('pendingCase', () => String, { description: '办理中案件编号，记入访问日志 · Number of the pending case, kept in the access log.' }) pendingCase: string,
    @Ctx() context: OperationContext,
  ): Promise<CreditGate> {
    if (subjectUscc.trim() === '' || pendingCase.trim() === '') {
      throw new GraphQLError('须写明申请人代码与办理中案件编号 · Name the applicant’s code and the pending case.', {
        extensions: { code: 'BAD_USER_INPUT', clause: 'YZ-2.3d', nextStep: 'creditGate(subjectUscc: "…", pendingCase: "…")' },
      });
    }
    context.noteCase(pendingCase);
    const { viewer } = context;
    const [, rows = []] = await context.readers.run(viewer, [
      { statement: { name: 'credit-gate-settings', text: `SELECT set_config('hub.gate_subject', $1::text, true)` }, values: [subjectUscc.trim()] },
      { statement: { name: 'credit-gate', text: `SELECT subject_id, listed, debtor FROM shared.credit_gate__${viewer.principal.toLowerCase()}` }, values: [] },
    ]);
    const holds = (column: number): boolean => rows.some((row) => row[column] === 't');
    const grounds = [
      ...(holds(1) ? [GateGround.ACTIVE_BLACKLIST_ENTRY] : []),
      ...(holds(2) ? [GateGround.UNPERFORMED_JUDGMENT] : []),
    ];
    // Of a subject without entry the evidence keeps the case alone: nobody learns from it whether the hub knows the subject.
    context.noteRead(1, grounds.length === 0 ? [] : rows.flatMap(([subject]) => subject ?? []));
    return { allowed: grounds.length === 0, grounds };
  }
}
