import { Arg, Args, Ctx, Field, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { Row } from '../database/envelope.js';
import type { OperationContext } from '../planner/context.js';
import { connectionOf, edgeOf, PageArguments } from '../planner/connection.js';
import { pageOf } from '../planner/page.js';
import { foldedName } from '../subjects/names/folded-name.js';
import { SubjectFilter } from '../subjects/operations.js';
import { Subject } from '../subjects/subject.js';
import { assertSearches, searchParts, subjectOf } from './found-subject.js';
import { searchCursor, searchStatements, type NameSearch } from './search-statement.js';
import { searchViews } from './search-view.js';
import { inTimeClass } from './time-class.js';

/** How a name fits the text that was searched for, both folded. */
export enum NameMatch {
  EXACT = 'EXACT',
  PREFIX = 'PREFIX',
  CONTAINS = 'CONTAINS',
}

registerEnumType(NameMatch, {
  name: 'NameMatch',
  description: '名称与检索词的关系（均经规范化） · How a name fits the text, both normalised.',
  valuesConfig: {
    EXACT: { description: '相同 · They are the same.' },
    PREFIX: { description: '以检索词开头 · The name begins with it.' },
    CONTAINS: { description: '含有检索词 · The name holds it.' },
  },
});

@ObjectType({ description: '一条检索结果 · A subject that was found, and how.' })
export class SubjectHit {
  @Field(() => Subject, { description: '行政相对人 · The subject.' })
  subject!: Subject;

  @Field(() => NameMatch, { description: '与检索词的关系 · How its name fits.' })
  match!: NameMatch;
}

@ObjectType({ description: '检索结果及游标 · A hit with its cursor.' })
export class SubjectHitEdge extends edgeOf(SubjectHit) {}

@ObjectType({ description: '检索结果的一页：名称相同者在前，其余按拼音 · A page of hits: equal names first, the others in pinyin order.' })
export class SubjectSearchConnection extends connectionOf(SubjectHit, SubjectHitEdge) {}

@Resolver()
export class SubjectSearchOperation {
  @Query(() => SubjectSearchConnection, {
    nullable: true,
    description:
      '按名称检索行政相对人：一字、两字或多字；不分全半角、大小写、繁简，不计括号、标点与空白；只及有可见许可者 · ' +
      'Subjects by name, one character or many; width, case, traditional forms, brackets, punctuation and blanks do not matter. Only holders of a visible permit.',
  })
  async subjectSearch(
    @Arg('name', () => String, { description: '名称或其中一段 · A name, or a part of one.' }) name: string,
    @Args(() => PageArguments) page: PageArguments,
    @Arg('filter', () => SubjectFilter, { nullable: true, description: '筛选条件 · Filters.' }) filter: SubjectFilter | null | undefined,
    @Ctx() context: OperationContext,
  ): Promise<SubjectSearchConnection> {
    const { viewer, readers, services } = context;
    const { ids, seal, policy } = services.get(searchParts);
    const request = pageOf(page.first, page.last, viewer.pageLimit);
    for (const view of searchViews) assertSearches(policy, viewer, view);
    const search: NameSearch = { name, item: filter?.item ?? null, district: filter?.district ?? null };
    const statements = searchStatements(viewer, seal, search, page, request);
    const [, rows = []] = await inTimeClass(() => readers.run(viewer, statements, { adHoc: true, signal: context.signal }));
    const { size, backward } = request;
    const shown = rows.slice(0, size);
    if (backward) shown.reverse();
    context.noteRead(shown.length, shown.map((row) => row[1] ?? ''));
    const folded = foldedName(name);
    const edges = shown.map((row) => ({
      cursor: searchCursor(row, viewer, seal, search),
      node: { subject: subjectOf(foundSubject(row), ids), match: matchOf(row[4] ?? '', folded) },
    }));
    const more = rows.length > size;
    return {
      nodes: edges.map(({ node }) => node),
      edges,
      pageInfo: {
        hasNextPage: backward ? typeof page.before === 'string' : more,
        hasPreviousPage: backward ? more : typeof page.after === 'string',
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

function foundSubject([, id, , kind, name, uscc, identityMask]: Row) {
  return { id: id ?? '', kind: kind ?? '', name: name ?? '', uscc: uscc ?? null, identityMask: identityMask ?? null };
}

function matchOf(name: string, text: string): NameMatch {
  const folded = foldedName(name);
  if (folded === text) return NameMatch.EXACT;
  return folded.startsWith(text) ? NameMatch.PREFIX : NameMatch.CONTAINS;
}
