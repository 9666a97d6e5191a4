import { GraphQLError, OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import { pageLimit } from '../access/viewer.js';
import { agencyOfCode } from '../measures/agencies.js';
import { compileOperation } from '../planner/operation-plan.js';
import type { PlannerParts } from '../planner/parts.js';
import type { KnownDocument, Planner } from '../planner/planner.js';
import { StartUpError } from '../start-up-error.js';
import { trustedFiles } from './operation-files.js';
import { defaultLimits } from './settings.js';

/**
 * Reads the trusted documents, those of the hub and those in `operations/` of the data folder, makes them known to the
 * planner and checks each: valid, within the limits, and, where the header says as whom, planned for that agency within
 * the cost of an operation. Throws StartUpError CONFIG_INVALID, naming the file.
 */
export async function trustOperations(dataFolder: string, planner: Planner, parts: PlannerParts): Promise<readonly string[]> {
  const files = trustedFiles(dataFolder);
  for (const { file, header, document } of files) {
    try {
      const known = planner.trust(document);
      const operation = known.operation(null);
      if (!operation?.name) throw new GraphQLError('须恰有一个具名操作 · It needs exactly one operation, with a name.');
      await planFor(parts, planner, header, known, operation);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const [first] = error instanceof AggregateError ? error.errors.map((one: unknown) => (one instanceof Error ? one.message : '')) : [error.message];
      throw new StartUpError('CONFIG_INVALID', {
        zh: `${file} 不能作为可信查询：${first ?? ''}`,
        en: `${file} cannot be a trusted document: ${first ?? ''}`,
      });
    }
  }
  return files.map(({ document }) => document);
}

/** Plans a query or mutation as the header's agency would have it planned; a document of the data folder need not say who. */
async function planFor(
  parts: PlannerParts,
  planner: Planner,
  header: Readonly<Record<string, string>>,
  known: KnownDocument,
  operation: OperationDefinitionNode,
): Promise<void> {
  const agency = agencyOfCode(header['as'] ?? '');
  if (!agency || operation.operation === OperationTypeNode.SUBSCRIPTION) return;
  const raw: unknown = JSON.parse(header['variables'] ?? '{}');
  const variables = planner.coerce(operation, typeof raw === 'object' && raw !== null ? { ...raw } : {});
  if (variables instanceof Array) throw variables[0] ?? new GraphQLError('variables');
  const standing = { principal: agency.kind, purpose: null };
  const plan = await compileOperation(parts, { document: known.document, documentHash: known.hash, operation, fragments: known.fragments, standing, pageLimit, variables });
  const { requested } = plan.cost(variables);
  if (requested > defaultLimits.operationCost) throw new GraphQLError(`cost ${requested} > ${defaultLimits.operationCost}`);
}
