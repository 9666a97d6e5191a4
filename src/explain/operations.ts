import { GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';
import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Boundary } from '../boundary/declaration.js';
import type { Purpose as PurposeCode } from '../measures/purposes.js';
import type { OperationContext } from '../planner/context.js';
import { accessExplainer } from './access-explainer.js';
import { Purpose } from './basis.js';
import { AccessExplanation } from './explanation.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Written by hand: graphql-scalars brings sixty scalars with it and costs the start 170 ms. */
export const VariablesObject = new GraphQLScalarType<JsonObject, unknown>({
  name: 'VariablesObject',
  description: '变量（JSON 对象） · Variables of an operation, as a JSON object.',
  parseValue: (value) => jsonObject(value),
  parseLiteral: (node, variables) => {
    if (node.kind !== Kind.OBJECT) throw new TypeError('变量须为 JSON 对象 · Variables are a JSON object.');
    return jsonObject(valueFromASTUntyped(node, variables));
  },
});

function jsonObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('变量须为 JSON 对象 · Variables are a JSON object.');
  return Object.fromEntries(Object.entries(value));
}

@Resolver()
export class ExplainOperations {
  @Query(() => AccessExplanation, {
    nullable: true,
    description: '说明一个操作对本查询者如何答复，逐路径，不读取数据 · Says path by path what an operation would be answered to this viewer, and why; reads no data.',
  })
  explainAccess(
    @Arg('operation', () => String, { description: '操作文本：查询、写入或订阅 · The document: a query, mutation or subscription.' }) operation: string,
    @Ctx() { viewer, services }: OperationContext,
    @Arg('variables', () => VariablesObject, { nullable: true, description: '变量 · Its variables.' }) variables?: JsonObject | null,
    @Arg('operationName', () => String, { nullable: true, description: '文档含多个操作时的名称 · Which operation, where the document has several.' })
    operationName?: string | null,
    @Arg('purpose', () => Purpose, { nullable: true, description: '假设的用途；省略则用本次请求所声明者 · Purpose to suppose; by default that of this request.' })
    purpose?: PurposeCode | null,
    @Arg('caseNo', () => String, { nullable: true, description: '假设的案号；省略则用本次请求所声明者 · Case number to suppose; by default that of this request.' })
    caseNo?: string | null,
  ): Promise<AccessExplanation> {
    return services.get(accessExplainer).explain(
      {
        operation,
        operationName: operationName ?? null,
        variables: variables ?? {},
        purpose: purpose === undefined ? viewer.purpose : purpose,
        // A blank case number is none, as in a request.
        caseNo: caseNo === undefined ? viewer.caseNo : caseNo?.trim() === '' ? null : caseNo,
      },
      viewer,
    );
  }
}

const own = { form: 'open', zh: '查询者可知本人权限及其依据', en: 'a viewer may know its own rights and their basis', rows: [], clauses: ['XT-4.5.1b', 'A-15'] } as const;

/** An explanation says what the declarations say, which are public, for the viewer itself; it holds no data of a record. */
export const explainBoundaries: readonly Boundary[] = [
  { ...own, type: 'Query', fields: ['explainAccess'] },
  { ...own, type: 'ViewerInfo', fields: ['purpose', 'caseNo', 'relations', 'fields', 'agreements', 'quotas'] },
  { ...own, type: 'AccessExplanation', fields: ['operation', 'operationName', 'principal', 'purpose', 'caseNo', 'boundary', 'refused', 'paths', 'operands'] },
  { ...own, type: 'ExplainedPath', fields: ['path', 'coordinate', 'group', 'effect', 'dependsOnRow', 'deniedAt', 'because', 'relations', 'basis'] },
  { ...own, type: 'ExplainedOperand', fields: ['path', 'use', 'argument', 'coordinate', 'effect', 'basis'] },
  {
    ...own,
    type: 'ExplainedRelation',
    fields: ['type', 'relation', 'zh', 'en', 'rowsZh', 'rowsEn', 'effect', 'shownZh', 'shownEn', 'purposes', 'rows', 'clauses'],
  },
  { ...own, type: 'AccessBasis', fields: ['rows', 'clauses', 'missing', 'purposes', 'ask'] },
  { ...own, type: 'CitedClause', fields: ['id', 'place', 'textZh', 'textEn'] },
  { ...own, type: 'PurposeWords', fields: ['code', 'zh', 'en'] },
  { ...own, type: 'DataHolder', fields: ['kind', 'zh', 'en'] },
  { ...own, type: 'ViewerRelation', fields: ['type', 'relation', 'zh', 'en', 'rowsZh', 'rowsEn', 'period', 'purposes', 'rows', 'clauses', 'sees'] },
  { ...own, type: 'ViewerGroup', fields: ['group', 'zh', 'en', 'effect', 'ruleZh', 'ruleEn', 'purposes'] },
  { ...own, type: 'ViewerField', fields: ['coordinate', 'group', 'effect', 'dependsOnRow', 'basis'] },
  { ...own, type: 'ViewerAgreement', fields: ['id', 'zh', 'en', 'type', 'groups', 'purposes', 'from', 'until'] },
  { ...own, type: 'ViewerQuota', fields: ['name', 'limit', 'unit', 'reason'] },
];
