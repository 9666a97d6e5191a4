import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';
import { planIdentity, type PlanIdentity } from '../access/log/plan-identity.js';
import { standingOf, type Viewer } from '../access/viewer.js';
import { denialError } from '../boundary/denial.js';
import { compileChange, type ChangeDeclaration, type CompiledChange } from '../feed/compile-change.js';
import { argumentReader } from '../planner/arguments.js';
import { decideCoordinates, decideRoot } from '../planner/decisions.js';
import type { PlannerParts } from '../planner/parts.js';
import type { Planner } from '../planner/planner.js';
import { collectFields, coordinatesOf } from '../planner/selection.js';
import type { WebhookDocument } from './webhook-seal.js';

export interface ChangeParts {
  readonly planner: Planner;
  readonly plannerParts: PlannerParts;
  readonly changes: ReadonlyMap<string, ChangeDeclaration>;
}

/** The subscription of a webhook as its agency may have it now. */
export interface WebhookChange {
  readonly change: CompiledChange;
  /** Name of the root field, the type of its messages. */
  readonly field: string;
  /** Type of the records it carries, for example Permit. */
  readonly recordType: string;
  readonly documentHash: string;
  readonly operation: string | null;
  readonly plan: PlanIdentity;
}

/**
 * Plans the subscription of a webhook as the streams plan theirs. Throws GraphQLError BOUNDARY_DENIED,
 * WEBHOOK_DOCUMENT_UNFIT, and those of an invalid document.
 */
export async function webhookChange({ planner, plannerParts, changes }: ChangeParts, document: WebhookDocument, viewer: Viewer): Promise<WebhookChange> {
  const { schema, policy, tables, reads, seal, ids } = plannerParts;
  const standing = standingOf(viewer);
  const known = planner.admit(document.query);
  const operation = getOperationAST(known.document, document.operationName);
  const root = schema.getSubscriptionType();
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || !root) throw unfit('须为一个订阅', 'It has to be one subscription.');
  const variables = planner.coerce(operation, document.variables);
  if (variables instanceof Array) {
    throw new GraphQLError(variables[0]?.message ?? '', { extensions: { code: 'BAD_USER_INPUT', nextStep: 'input.variables' } });
  }
  const { fragments } = known;
  const [only] = collectFields(root, [operation.selectionSet], fragments, variables);
  const [key, nodes] = only ?? ['', []];
  const [node] = nodes;
  const field = node?.name.value ?? '';
  const declaration = changes.get(field);
  if (!node || !declaration) throw unfit('没有这个订阅', 'There is no such subscription.');
  const after = argumentReader(node, 'after')(variables);
  if (after !== null && after !== undefined) throw unfit('不写 after：位置由枢纽保存', 'Leave out after: the hub keeps the place.');

  const used = new Set<string>();
  coordinatesOf(schema, root, nodes, fragments, variables, used);
  const asked = { operation, fragments, variables, standing };
  const allowed = await decideCoordinates(plannerParts, asked, used);
  const { refusal } = decideRoot(plannerParts, asked, root, nodes, allowed);
  if (refusal !== null) {
    const { message, extensions } = denialError(policy, standing, refusal, [key]);
    throw new GraphQLError(message, { extensions });
  }
  const context = { schema, policy, tables, reads, standing, fragments, variables, seal, ids, allowed };
  const operationName = operation.name?.value ?? null;
  return {
    change: compileChange(context, declaration, key, nodes),
    field,
    recordType: declaration.type,
    documentHash: known.hash,
    operation: operationName,
    plan: planIdentity({
      document: known.hash, operation: operationName, viewerClass: standing.principal, purpose: standing.purpose, boundary: policy.version, coordinates: used,
    }),
  };
}

function unfit(zh: string, en: string): GraphQLError {
  return new GraphQLError(`${zh} · ${en}`, { extensions: { code: 'WEBHOOK_DOCUMENT_UNFIT', nextStep: 'subscription { permitChanged { kind number cursor documentNo permit { … } } }' } });
}
