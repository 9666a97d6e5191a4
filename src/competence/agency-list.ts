import { Arg, Args, Field, ID, InputType, ObjectType, Query, Resolver } from 'type-graphql';
import { Agency, agencyOf } from '../access/agency.js';
import { agencies, agencyOfCode, isActiveOn } from '../measures/agencies.js';
import { LegalDate } from '../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../planner/connection.js';
import { pageOfList, type ListPage, type PublicList } from '../planner/list-connection.js';

@ObjectType({ description: '机关及游标 · An agency with its cursor.' })
export class AgencyEdge extends edgeOf(Agency) {}

@ObjectType({ description: '机关名录的一页 · A page of the register of agencies.' })
export class AgencyConnection extends connectionOf(Agency, AgencyEdge) {}

@InputType({ description: '机关筛选条件，各条件同时成立 · Filters on agencies, all of which must hold.' })
export class AgencyFilter {
  @Field(() => String, { nullable: true, description: '机关类别 · Kind, for example DISTRICT_HRSS.' })
  kind?: string | null;

  @Field(() => String, { nullable: true, description: '所属城市 · Jurisdiction: CN-TJ, CN-FJ-350200, CN.' })
  jurisdiction?: string | null;

  @Field(() => String, { nullable: true, description: '行政区划代码 · District code, for example 120116.' })
  district?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '该日存在的机关 · Agencies that exist on this day (A-57).' })
  at?: string | null;
}

const register: PublicList<Agency> = { name: 'agencies', entries: agencies.map(agencyOf), idOf: ({ code }) => code };

/** The register of agencies. It is open: a published decision shows its organ (SX-3.1.3.1d). */
@Resolver()
export class AgencyList {
  @Query(() => AgencyConnection, {
    nullable: true,
    description: '机关名录，按登记次序 · The register of agencies and platforms, in the order of registration.',
  })
  agencies(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('filter', () => AgencyFilter, { nullable: true, description: '筛选条件 · Filters.' }) filter?: AgencyFilter | null,
  ): ListPage<Agency> {
    const { kind, jurisdiction, district, at } = filter ?? {};
    return pageOfList(
      register,
      ({ code }) => {
        const agency = agencyOfCode(code);
        return (
          agency !== null &&
          (!kind || agency.kind === kind) &&
          (!jurisdiction || agency.jurisdiction === jurisdiction) &&
          (!district || agency.district === district) &&
          (!at || isActiveOn(agency, at))
        );
      },
      page,
    );
  }

  @Query(() => Agency, { nullable: true, description: '按代码查询机关 · An agency by its code.' })
  agency(@Arg('code', () => ID, { description: '机关代码 · Code.' }) code: string): Agency | null {
    const record = agencyOfCode(code);
    return record && agencyOf(record);
  }
}
