import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { Registry1795305600000 } from './migrations/1795305600000-registry.js';
import { Log1795305700000 } from './migrations/1795305700000-log.js';
import { Boundary1795305800000 } from './migrations/1795305800000-boundary.js';
import { Evidence1795305900000 } from './migrations/1795305900000-evidence.js';
import { Boundary1795392000000 } from './migrations/1795392000000-boundary.js';
import { Search1795400000000 } from './migrations/1795400000000-search.js';
import { Export1795410000000 } from './migrations/1795410000000-export.js';
import { Publications1795478350000 } from './migrations/1795478350000-publications.js';
import { Boundary1795478400000 } from './migrations/1795478400000-boundary.js';
import { Feed1795490000000 } from './migrations/1795490000000-feed.js';
import { Webhooks1795492000000 } from './migrations/1795492000000-webhooks.js';
import { Receipts1795493000000 } from './migrations/1795493000000-receipts.js';
import { Duties1795493100000 } from './migrations/1795493100000-duties.js';
import { SubjectsRead1795498000000 } from './migrations/1795498000000-subjects-read.js';
import { Credit1795499500000 } from './migrations/1795499500000-credit.js';
import { Cases1795499600000 } from './migrations/1795499600000-cases.js';
import { CreditRecords1795499610000 } from './migrations/1795499610000-credit-records.js';
import { JointMeasures1795499620000 } from './migrations/1795499620000-joint-measures.js';
import { Boundary1795499900000 } from './migrations/1795499900000-boundary.js';
import { Agency } from './src/access/agency.js';
import { CreditCaseChange } from './src/credit/cases/credit-case-change.js';
import { CreditCase } from './src/credit/cases/credit-case.js';
import { JointMeasure } from './src/credit/joint-measures/joint-measure.js';
import { ListEntry } from './src/credit/lists/list-entry.js';
import { CreditRecord } from './src/credit/records/credit-record.js';
import type { HubDatabase } from './src/database/database.js';
import { PermitAction } from './src/permits/permit-action.js';
import { Permit } from './src/permits/permit.js';
import { Subject } from './src/subjects/subject.js';

/** Every mapped class. Listed, not found by pattern: what is not here does not exist for the hub. */
export const entities = [Agency, Subject, Permit, PermitAction, ListEntry, CreditCase, CreditCaseChange, CreditRecord, JointMeasure] as const;

/** Every migration in order; forward only. */
export const migrations = [
  Registry1795305600000, Log1795305700000, Boundary1795305800000, Evidence1795305900000, Boundary1795392000000, Search1795400000000,
  Export1795410000000, Publications1795478350000, Boundary1795478400000, Feed1795490000000, Webhooks1795492000000,
  Receipts1795493000000, Duties1795493100000, SubjectsRead1795498000000, Credit1795499500000, Cases1795499600000, CreditRecords1795499610000, JointMeasures1795499620000, Boundary1795499900000,
] as const;

/** The table that records which migrations ran; in `public`, because the first migration makes the hub's schema. */
export const migrationsTable = 'hub_migration';

/** The one DataSource of a database, as its owner. `synchronize` is off: the schema comes from migrations alone. */
export function createDataSource(database: HubDatabase): DataSource {
  return new DataSource({
    type: 'postgres',
    database: database.settings.database,
    extra: database.clientConfig(),
    poolSize: 2,
    entities: [...entities],
    migrations: [...migrations],
    migrationsTableName: migrationsTable,
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    // TypeORM logs parameters, which may be personal data (library-traps §4).
    logging: false,
    poolErrorHandler: () => undefined,
  });
}
