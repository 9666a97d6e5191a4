import type { AccessLog } from '../access/log/access-log.js';
import type { Viewer } from '../access/viewer.js';
import type { Clock } from '../measures/clock.js';
import type { PlannerParts } from '../planner/parts.js';

/** What the evidence of a refusal needs. */
export interface RefusalParts {
  readonly accessLog: Pick<AccessLog, 'append'>;
  readonly plannerParts: PlannerParts;
  readonly clock: Clock;
}

/** Makes the evidence of a subscription that stays closed durable; `body` is what the caller is told. */
export async function recordRefusal({ accessLog, plannerParts, clock }: RefusalParts, viewer: Viewer, status: number, body: string): Promise<void> {
  const now = clock.now().getTime();
  await accessLog.append({
    purpose: viewer.purpose,
    caseNo: viewer.caseNo,
    viewer,
    document: null,
    operation: null,
    plan: null,
    boundary: plannerParts.policy.version,
    outcome: status === 403 ? 'DENIED' : 'REFUSED',
    status,
    records: 0,
    subjects: [],
    body,
    receivedAt: now,
    startedAt: null,
    executedAt: null,
  });
}
