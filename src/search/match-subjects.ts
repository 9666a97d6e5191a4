import { Arg, Ctx, Field, InputType, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { Row } from '../database/envelope.js';
import { limits } from '../limits/limits.js';
import type { OperationContext } from '../planner/context.js';
import { Subject } from '../subjects/subject.js';
import { assertSearches, searchParts, subjectOf } from './found-subject.js';
import { keysOf, readEntry } from './match-entry.js';
import { MatchReason, MatchStatus, verdictOf, type Finding } from './match-verdict.js';
import { matchColumns, matchView, mostCandidates, type FoundBy } from './match-view.js';
import { inTimeClass } from './time-class.js';

/** Most entries of one call: a list of an argument holds no more, which is checked before anything runs. */
const mostEntries = limits.listLength.limit;

registerEnumType(MatchStatus, {
  name: 'MatchStatus',
  description: '比对结论 · Whether an entry means a subject.',
  valuesConfig: {
    FOUND: { description: '确定为一个主体 · It means one subject.' },
    AMBIGUOUS: { description: '多个主体同样符合 · Several subjects fit alike.' },
    POSSIBLE: { description: '代码与名称不一致，须人工核对 · Code and name do not agree: somebody has to look.' },
    NOT_FOUND: { description: '可见主体中没有 · None of the visible subjects.' },
  },
});

registerEnumType(MatchReason, {
  name: 'MatchReason',
  description: '比对理由 · Why an entry has its status.',
  valuesConfig: {
    CODE_EQUAL: { description: '代码相同，未给名称 · The code is equal; no name was given.' },
    CODE_AND_NAME_EQUAL: { description: '代码与名称均相同 · Code and name are equal.' },
    NAME_EQUAL: { description: '名称逐字相同 · The name is equal to the letter.' },
    NAME_EQUAL_NORMALISED: { description: '名称规范化后相同 · The name is equal when normalised.' },
    CODE_SHARED: { description: '多个主体使用该代码 · Several subjects carry the code.' },
    NAME_SHARED: { description: '多个主体使用该名称 · Several subjects bear the name.' },
    NAME_DIFFERS: { description: '代码相同而名称不同 · The code is equal, the name is another.' },
    CODE_UNKNOWN: { description: '代码有效，但可见主体中没有 · A valid code that no visible subject carries.' },
    CODE_INVALID: { description: '代码校验位不符 · The code fails its check character.' },
    CODE_FORM_UNKNOWN: { description: '不是已知形式的代码 · Not a code of a known form.' },
    NAME_UNKNOWN: { description: '可见主体中没有该名称 · No visible subject bears the name.' },
    INPUT_EMPTY: { description: '名称与代码均为空 · Neither name nor code.' },
    INPUT_TOO_LONG: { description: '名称或代码过长 · Name or code is too long.' },
  },
});

@InputType({ description: '一条待比对记录：名称、代码或两者 · An entry to match: a name, a code or both.' })
export class SubjectMatchInput {
  @Field(() => String, { nullable: true, description: '调用方自己的编号，原样返回 · The caller’s own reference, given back as it is.' })
  reference?: string | null;

  @Field(() => String, { nullable: true, description: '名称 · Name.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: '统一社会信用代码、组织机构代码或注册号，按形式识别 · Credit code, organisation code or registration number; told apart by their form.',
  })
  code?: string | null;
}

@ObjectType({ description: '一条记录的比对结果 · What an entry means.' })
export class SubjectMatch {
  @Field(() => String, { nullable: true, description: '调用方自己的编号 · The caller’s own reference.' })
  reference!: string | null;

  @Field(() => MatchStatus, { description: '结论 · Status.' })
  status!: MatchStatus;

  @Field(() => MatchReason, { description: '理由 · Reason.' })
  reason!: MatchReason;

  @Field(() => [Subject], { description: `候选主体，至多 ${mostCandidates} 个 · Candidates, at most ${mostCandidates}.` })
  candidates!: Subject[];

  @Field(() => Boolean, { description: '还有未列出的候选 · There are more candidates than shown.' })
  more!: boolean;
}

@Resolver()
export class SubjectMatching {
  @Query(() => [SubjectMatch], {
    nullable: true,
    description:
      `批量比对：至多 ${mostEntries} 条，每条一个答复，次序与输入相同；只及有可见许可者 · ` +
      `Matches up to ${mostEntries} entries, each with an answer of its own, in the order of the input. Only holders of a visible permit.`,
  })
  async matchSubjects(
    @Arg('input', () => [SubjectMatchInput], { description: '待比对记录 · Entries.', validate: false }) input: SubjectMatchInput[],
    @Ctx() context: OperationContext,
  ): Promise<SubjectMatch[]> {
    const { viewer, readers, services } = context;
    const { ids, policy } = services.get(searchParts);
    assertSearches(policy, viewer, matchView);
    const entries = input.map(({ name, code }) => readEntry(name ?? null, code ?? null));
    const statements = [
      {
        statement: { name: 'subject-match-entries', text: `SELECT set_config('hub.match_entries', $1::text, true)` },
        values: [JSON.stringify(entries.flatMap((entry, n) => keysOf(entry, n) ?? []))],
      },
      {
        statement: { name: 'subject-match', text: `SELECT ${matchColumns.join(', ')} FROM shared.subject_match__${viewer.principal.toLowerCase()}` },
        values: [],
      },
    ];
    const [, rows = []] = await inTimeClass(() => readers.run(viewer, statements, { adHoc: true, signal: context.signal }));
    const findings = findingsOf(rows);
    const released = new Set<string>();
    const answers = entries.map((entry, n) => {
      const { candidates, ...verdict } = verdictOf(entry, findings.get(n) ?? []);
      for (const { id } of candidates) released.add(id);
      return { ...verdict, reference: input[n]?.reference ?? null, candidates: candidates.map((subject) => subjectOf(subject, ids)) };
    });
    context.noteRead(released.size, [...released]);
    return answers;
  }
}

function findingsOf(rows: readonly Row[]): ReadonlyMap<number, readonly Finding[]> {
  const findings = new Map<number, Finding[]>();
  for (const [n, by, id, kind, name, uscc, identityMask] of rows) {
    const subject = { id: id ?? '', kind: kind ?? '', name: name ?? '', uscc: uscc ?? null, identityMask: identityMask ?? null };
    const found = findings.get(Number(n)) ?? [];
    found.push({ by: foundBy(by ?? ''), subject });
    findings.set(Number(n), found);
  }
  return findings;
}

function foundBy(text: string): FoundBy {
  if (text === 'NAME' || text === 'USCC' || text === 'ORGANISATION_CODE' || text === 'REGISTRATION_NO') return text;
  throw new Error('A match was found by what was not asked for.');
}
