import { fingerprintOf, type EvidenceKeys } from '../access/log/evidence-keys.js';
import type { Viewer } from '../access/viewer.js';
import type { BoundaryPolicy } from '../boundary/policy.js';
import { scopeNote } from '../boundary/scope-note.js';
import { contentTypes } from './export-format.js';
import type { ExportJob, ExportRequest } from './export-job.js';
import type { PreparedExport } from './prepared-export.js';

/** The text a manifest's signature stands for: what tells this file from any other, a line each. */
export function exportText({ id, digest, bytes, records, position }: Pick<ExportJob, 'id' | 'digest' | 'bytes' | 'records' | 'position'>): string {
  return ['concordat export 1', id, digest, bytes, records, position].join('\n');
}

/** What a finished file is: how much, of what, under which boundary, and from which place of the change log it goes on. */
export function manifestOf(
  job: ExportJob,
  request: ExportRequest,
  { columns, rest }: PreparedExport,
  viewer: Viewer,
  policy: BoundaryPolicy,
  recordType: string,
  keys: Pick<EvidenceKeys, 'signExport' | 'publicKey'>,
): string {
  const { id, format, records, bytes, digest, position, agency, role, account, purpose, caseNo, boundary, day } = job;
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  const manifest = {
    id,
    data: `/exports/${id}/data`,
    format,
    contentType: contentTypes[format],
    records,
    bytes,
    sha256: digest,
    columns: columns.map(({ path }) => path.join('.')),
    position,
    requestedBy: { agency, role, account, purpose, caseNo },
    request: { query: request.query, operationName: request.operationName, variables: request.variables },
    boundary,
    day,
    scope: [scopeNote(policy, viewer, rest.key, recordType)],
    requestedAt: time(job.requestedAt),
    startedAt: time(job.startedAt),
    finishedAt: time(job.finishedAt),
    expiresAt: time(job.expiresAt),
    signature: { algorithm: 'Ed25519', key: fingerprintOf(keys.publicKey), value: keys.signExport(exportText(job)) },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
