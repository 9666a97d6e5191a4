import type { SqlColumn } from '../database/column-arrays.js';
import type { PermitRecord } from './permit-record.js';

/** A permit whose holder and part are settled. */
export interface HeldPermit {
  readonly permit: PermitRecord;
  readonly holderId: string;
  readonly part: number;
}

/** A column of hub.permit that rows fill. */
export interface PermitColumn extends SqlColumn<HeldPermit> {
  /** Field of a profile without which the source says nothing of this column; none for columns every source states. */
  readonly field?: string;
  /** Part of PERMIT_BASIC: a change of it is a change for those who may see no more than that. */
  readonly basic?: true;
}

/** The columns that name a decision. */
export const keyColumns: readonly PermitColumn[] = [
  { name: 'jurisdiction', type: 'text', value: ({ permit }) => permit.jurisdiction },
  { name: 'identifier_scheme', type: 'text', value: ({ permit }) => permit.identifierScheme },
  { name: 'document_no', type: 'text', value: ({ permit }) => permit.documentNo },
  { name: 'document_part', type: 'int', value: ({ part }) => part },
];

/** What a decision says. */
export const contentColumns: readonly PermitColumn[] = [
  { name: 'item', type: 'text', basic: true, value: ({ permit }) => permit.item },
  { name: 'document_title', type: 'text', field: 'documentTitle', value: ({ permit }) => permit.documentTitle },
  { name: 'certificate_name', type: 'text', field: 'certificateName', value: ({ permit }) => permit.certificateName },
  { name: 'certificate_no', type: 'text', basic: true, field: 'certificateNo', value: ({ permit }) => permit.certificateNo },
  { name: 'permit_kind', type: 'text', field: 'permitKind', value: ({ permit }) => permit.permitKind },
  { name: 'holder_id', type: 'bigint', basic: true, value: ({ holderId }) => holderId },
  { name: 'decided_by', type: 'text', basic: true, value: ({ permit }) => permit.decidedBy },
  { name: 'legal_authority', type: 'text', basic: true, value: ({ permit }) => permit.legalAuthority },
  { name: 'location', type: 'text', basic: true, value: ({ permit }) => permit.location },
  { name: 'district', type: 'text', basic: true, value: ({ permit }) => permit.district },
  { name: 'outcome', type: 'text', basic: true, value: ({ permit }) => permit.outcome },
  { name: 'status', type: 'text', basic: true, value: ({ permit }) => permit.status },
  { name: 'decided_on', type: 'date', basic: true, value: ({ permit }) => permit.decidedOn },
  { name: 'valid_from', type: 'date', basic: true, field: 'validFrom', value: ({ permit }) => permit.validFrom },
  { name: 'valid_to', type: 'date', basic: true, field: 'validTo', value: ({ permit }) => permit.validTo },
  { name: 'content', type: 'text', field: 'content', value: ({ permit }) => permit.content },
  { name: 'legal_representative', type: 'text', field: 'legalRepresentative', value: ({ permit }) => permit.legalRepresentative },
  { name: 'remarks', type: 'text', field: 'remarks', value: ({ permit }) => permit.remarks },
];

/** Where a row came from: stored with it, no part of what it says. */
export const sourceColumns: readonly PermitColumn[] = [
  { name: 'source_agency', type: 'text', value: ({ permit }) => permit.sourceAgency },
  { name: 'source_version', type: 'bigint', value: ({ permit }) => permit.sourceVersion },
];

export const allColumns: readonly PermitColumn[] = [...keyColumns, ...contentColumns, ...sourceColumns];
