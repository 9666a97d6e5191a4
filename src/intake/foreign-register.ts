import type { HolderRecord } from '../subjects/holder.js';
import type { RowReading } from './permit-record.js';
import type { ForeignProfile } from './profile.js';
import { listed, type RowFields } from './row-fields.js';

/**
 * Reads one row of a foreign register under the register's own jurisdiction, item and scheme, never as a Tianjin
 * permit. A status that is a decision gives a permit, one that is none an application. `part` is the number of
 * the row among those of its case: some registers print one case on several rows.
 */
export function readForeignRegister(fields: RowFields, profile: ForeignProfile, part: number): RowReading {
  const { values, constants } = profile;
  const status = fields.get('status');
  const outcome = listed(values.outcome, status);
  const state = listed(values.applicationState, status);
  if (status !== null && outcome === null && state === null) fields.reject('status', 'VALUE_UNKNOWN');

  const faults = fields.faults;
  if (faults.length > 0) return { kind: 'rejected', faults };
  const caseNo = fields.get('caseNo');
  const on = fields.get('statusOn');
  const holder = readHolder(fields, constants.holderScheme);
  const holderState = fields.get('holderState');
  if (caseNo === null || on === null || holder === null || holderState === null) {
    throw new Error('A row without faults lacks a value: the profile does not mark a column as required.');
  }
  const { jurisdiction, item, identifierScheme, decidedBy, locationPrefix } = constants;
  if (outcome === null) {
    if (state === null) throw new Error('A row without faults has no state.');
    const application = { jurisdiction, item, identifierScheme, applicationNo: caseNo, applicationPart: part };
    return { kind: 'application', application: { ...application, applicant: holder, state, stateOn: on } };
  }
  const location = `${locationPrefix}${holderState}`;
  return {
    kind: 'permit',
    permit: {
      jurisdiction,
      item,
      identifierScheme,
      documentNo: caseNo,
      documentPart: part,
      documentTitle: null,
      certificateName: null,
      certificateNo: null,
      permitKind: null,
      holder,
      decidedBy,
      legalAuthority: decidedBy,
      location,
      district: location,
      outcome,
      status: null,
      decidedOn: on,
      validFrom: null,
      validTo: null,
      content: fields.get('content'),
      legalRepresentative: null,
      remarks: null,
    },
  };
}

/** The register has no employer numbers: an employer is its name, city and state together. */
function readHolder(fields: RowFields, identifierScheme: string): HolderRecord | null {
  const name = fields.get('holderName');
  if (name === null) return null;
  const identifier = [name, fields.get('holderCity'), fields.get('holderState')].join('|');
  return { kind: 'ORGANISATION', name, uscc: null, identifierScheme, identifier };
}
