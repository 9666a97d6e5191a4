import { GraphQLError } from 'graphql';
import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { competenceFor, CompetenceError } from '../measures/competence.js';
import { LegalDate } from '../measures/legal-date.js';
import { permitItemCodes, type PermitItem } from '../measures/permit-items.js';
import { PermitItemCode } from '../permits/codes.js';
import type { OperationContext } from '../planner/context.js';
import { ApplicantInput, CompetenceAnswer, competenceAnswer, statedFacts } from './competence-answer.js';
import { permitItemInfo, PermitItemInfo } from './permit-item.js';
import { competenceSettings } from './settings.js';

@Resolver()
export class CompetenceOperations {
  @Query(() => CompetenceAnswer, {
    nullable: true,
    description: '某日、某坐落、某事项的权限，逐项附依据 · Who is competent for an item at a location on a day, each part with its basis (XT-3.*).',
  })
  competence(
    @Arg('item', () => PermitItemCode, { description: '许可事项 · Permit item.' }) item: PermitItem,
    @Arg('location', () => String, { description: '坐落：区划代码或 FTZ:片区 · District code, or FTZ:DONGJIANG, FTZ:AIRPORT, FTZ:CBD.' }) location: string,
    @Arg('at', () => LegalDate, { description: '日期 · The day asked for.' }) at: string,
    @Arg('applicant', () => ApplicantInput, { nullable: true, description: '申请人情况 · Facts of the applicant.' }) applicant: ApplicantInput | null,
    @Ctx() { services }: OperationContext,
  ): CompetenceAnswer {
    try {
      return competenceAnswer(competenceFor(item, location, statedFacts(applicant), at, services.get(competenceSettings)));
    } catch (error) {
      throw error instanceof CompetenceError ? refusal(error) : error;
    }
  }

  @Query(() => [PermitItemInfo], { nullable: true, description: '十项许可事项 · The ten permit items (XT-3.0).' })
  permitItems(
    @Arg('at', () => LegalDate, { nullable: true, description: '以该日名称显示 · Under the names of this day.' }) at?: string | null,
  ): PermitItemInfo[] {
    return permitItemCodes.map((code) => permitItemInfo(code, at ?? null));
  }

  @Query(() => PermitItemInfo, { nullable: true, description: '一项许可事项 · One permit item.' })
  permitItem(
    @Arg('code', () => PermitItemCode, { description: '事项代码 · Code.' }) code: PermitItem,
    @Arg('at', () => LegalDate, { nullable: true, description: '以该日名称显示 · Under the name of this day.' }) at?: string | null,
  ): PermitItemInfo {
    return permitItemInfo(code, at ?? null);
  }
}

function refusal({ code, message, clauses, nextStep }: CompetenceError): GraphQLError {
  return new GraphQLError(message, { extensions: { code, clauses, nextStep } });
}
