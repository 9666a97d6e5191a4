import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { Boundary } from '../boundary/declaration.js';
import { agencyOfCode } from '../measures/agencies.js';
import type { OperationContext } from '../planner/context.js';
import { Agency, agencyOf } from './agency.js';

@ObjectType({ description: '查询者 · Who the hub takes you for.' })
export class ViewerInfo {
  @Field(() => Agency, { description: '所属机关 · Your agency.' })
  agency!: Agency;

  @Field(() => String, { nullable: true, description: '角色 · The role you act in; null when you act as your agency.' })
  role!: string | null;

  @Field(() => String, { description: '权限主体 · What boundaries grant rights to: your role, else the kind of your agency.' })
  principal!: string;
}

@Resolver()
export class AccessOperations {
  @Query(() => ViewerInfo, { description: '查询者 · Who the hub takes you for.' })
  viewer(@Ctx() { viewer }: OperationContext): ViewerInfo {
    const record = agencyOfCode(viewer.agency);
    // A token of an agency that is not registered is refused before it gets here.
    if (!record) throw new Error(`no agency ${viewer.agency}`);
    return { agency: agencyOf(record), role: viewer.role, principal: viewer.principal };
  }
}

/** Names of bureaus are public: a published decision shows its organ (SX-3.1.3.1d). The viewer may know itself. */
export const accessBoundaries: readonly Boundary[] = [
  {
    form: 'open',
    type: 'Agency',
    fields: ['code', 'kind', 'jurisdiction', 'district', 'nameZh', 'nameEn', 'validFrom', 'validTo', 'successor', 'partOf'],
    zh: '机关名录公开',
    en: 'the register of bureaus is open',
    rows: ['B-24'],
    clauses: ['SX-3.1.3.1d', 'A-09'],
  },
  {
    form: 'open',
    type: 'Query',
    fields: ['viewer'],
    zh: '查询者可知本人权限',
    en: 'a viewer may know itself and its own rights',
    rows: [],
    clauses: ['XT-4.5.1b', 'A-15'],
  },
  {
    form: 'open',
    type: 'ViewerInfo',
    fields: ['agency', 'role', 'principal'],
    zh: '查询者可知本人权限',
    en: 'a viewer may know itself and its own rights',
    rows: [],
    clauses: ['XT-4.5.1b', 'A-15'],
  },
];
