import path from 'node:path';
import { AccessLog } from '../access/log/access-log.js';
import { accessLogParts } from '../access/log/access-log-query.js';
import { AccessRegister } from '../access/log/access-register.js';
import { EvidenceKeys } from '../access/log/evidence-keys.js';
import type { EvidenceMode } from '../access/log/evidence-mode.js';
import { openKeyRing } from '../access/key-register.js';
import { HubKeys, Seal } from '../access/keys.js';
import type { LocalIssuer } from '../access/local-issuer.js';
import { Tokens } from '../access/tokens.js';
import type { KeyTimes } from '../access/trusted-keys.js';
import type { IdentityConfig } from '../config.js';
import { NodeIds } from '../access/node-ids.js';
import { BoundaryDay } from '../boundary/boundary-day.js';
import { BoundaryPolicy } from '../boundary/policy.js';
import { shieldRules } from '../boundary/shield.js';
import { AccessExplainer, accessExplainer } from '../explain/access-explainer.js';
import { viewerQuotas } from '../explain/viewer-rights.js';
import { competenceSettings, loadCompetenceSettings } from '../competence/settings.js';
import type { HubDatabase } from '../database/database.js';
import { ChangeReader } from '../feed/change-reader.js';
import { heartbeatMs, Streams } from '../feed/streams.js';
import { FeedCursors } from '../feed/cursor.js';
import { ExportDesk, exportDesk } from '../export/export-desk.js';
import { ExportDownload } from '../export/export-download.js';
import { exportBounds, type ExportBounds, type RunParts } from '../export/export-run.js';
import { ExportStore } from '../export/export-store.js';
import { exportWorker } from '../export/export-work.js';
import { exportSeal } from '../export/operations.js';
import { FeedListener } from '../feed/listener.js';
import { LogKeeper } from '../feed/log-keeper.js';
import { Sequencer } from '../feed/sequencer.js';
import { caseRegister } from '../credit/cases/case-mutations.js';
import { CaseRegister } from '../credit/cases/case-register.js';
import { ExpiryClock } from '../credit/expiry-clock.js';
import { jointMeasureRegister } from '../credit/joint-measures/measure-mutations.js';
import { JointMeasureRegister } from '../credit/joint-measures/measure-register.js';
import { listRegister } from '../credit/lists/list-mutations.js';
import { ListRegister } from '../credit/lists/list-register.js';
import { recordRegister } from '../credit/records/record-mutations.js';
import { RecordRegister } from '../credit/records/record-register.js';
import { pullParts } from '../feed/pull/changes-read.js';
import { Reconciler, reconciler } from '../feed/reconcile/reconciler.js';
import { sseTransport } from '../feed/sse.js';
import { pushPermit } from '../intake/push-permit.js';
import { permitPush } from '../intake/upsert-permit.js';
import { textLog, type Log } from '../log.js';
import { systemClock, type Clock } from '../measures/clock.js';
import { Meter } from '../limits/meter.js';
import { loadLimitSettings, type LimitSettings } from '../limits/settings.js';
import { StreamQuota } from '../limits/stream-quota.js';
import { trustOperations } from '../limits/trust-operations.js';
import { TrustedDocuments } from '../limits/trusted-documents.js';
import { Services } from '../planner/context.js';
import { searchParts } from '../search/found-subject.js';
import { Publications, publications } from '../statistics/publications.js';
import { personalSeals } from '../subjects/personal-identity.js';
import { Planner } from '../planner/planner.js';
import { Readers } from '../planner/readers.js';
import { SystemNetwork, type Network } from '../webhooks/network.js';
import { HttpFront } from './http.js';
import { Lanes } from './lanes.js';
import { openReceipts } from './open-receipts.js';
import { openWebhooks } from './open-webhooks.js';
import { OpenStreams } from './open-streams.js';
import { Opened } from './opened.js';
import { Page } from './page/page.js';
import { quotasFrom } from './quotas.js';
import { Readiness } from './readiness.js';
import { WebSockets } from './web-sockets.js';
import { boundaries, boundaryPolicy, changes, hubSchema, hubTables, nodes, reads } from './schema.js';

export interface HubOptions {
  readonly dataFolder: string;
  readonly port: number;
  /** Address to listen on, by default loopback. */
  readonly host?: string;
  /** When the port is taken, any free one serves. */
  readonly orAnyFreePort?: boolean;
  readonly clock?: Clock;
  readonly heartbeatMs?: number;
  /** How long a stream's connection may take for what it was given. */
  readonly streamPatienceMs?: number;
  /** Months the change log keeps behind the running one. */
  readonly feedMonths?: number;
  /** Whose tokens count; by default the local issuer's alone. */
  readonly identity?: IdentityConfig;
  /** Where evidence is made durable; by default in the database. */
  readonly evidence?: EvidenceMode;
  readonly keyTimes?: KeyTimes;
  /** What agencies are held to; by default `limits.yaml` of the data folder. */
  readonly limits?: LimitSettings;
  /** By default warnings and errors as text on standard error. */
  readonly log?: Log;
  /** How long a stop waits for answers under way. */
  readonly drainMs?: number;
  readonly exportBounds?: ExportBounds;
  /** Names and connections of webhooks; by default those of this machine. What may be connected to is judged above it. */
  readonly network?: Network;
}

const localIdentity: IdentityConfig = { mode: 'local', audience: 'concordat', external: null };

/** Longer than a small read takes (2 s); ad-hoc reads may take longer, are then cut, and cancelled. Shorter than the patience of an orchestrator (30 s). */
const defaultDrainMs = 10_000;

/** A running hub on a migrated database. */
export class Hub {
  private constructor(
    /** Address of the GraphQL endpoint. */
    readonly url: string,
    readonly tokens: Tokens,
    readonly accessLog: AccessLog,
    /** Drains and stops; the database stays open. */
    readonly close: () => Promise<void>,
  ) {}

  /** The issuer of local mode. Throws in production mode, which has none. */
  get issuer(): LocalIssuer {
    if (!this.tokens.localIssuer) throw new Error('production mode has no local issuer');
    return this.tokens.localIssuer;
  }

  /**
   * Builds schema, boundary, planner, feed and front, takes the address, and begins what goes on in the background. Throws
   * when any part is missing; then it listens nowhere, and what it had opened is closed.
   */
  static async start(database: HubDatabase, options: HubOptions): Promise<Hub> {
    const opened = new Opened();
    try {
      return await Hub.#start(database, options, opened);
    } catch (error) {
      await opened.close().catch(() => undefined); // why it did not start says more
      throw error;
    }
  }

  /** What it opens is closed in reverse order: first the front, then the background, then what both stand on. */
  static async #start(database: HubDatabase, options: HubOptions, opened: Opened): Promise<Hub> {
    const clock = options.clock ?? systemClock;
    const log = options.log ?? textLog('warn', (line) => void process.stderr.write(line));
    const policy = boundaryPolicy(clock);
    const schema = await hubSchema(policy);
    const keys = new HubKeys(path.resolve(options.dataFolder));
    const seal = new Seal(keys.key('seal'));
    const tokens = await Tokens.open(options.identity ?? localIdentity, keys, clock, log, options.keyTimes);
    opened.add(() => tokens.close());
    const readers = new Readers(database, policy.terms);
    opened.add(() => readers.close());
    const ids = new NodeIds(keys.key('node'), nodes.keys());
    const plannerParts = { schema, policy, rules: shieldRules(policy), tables: hubTables(), reads, nodes, ids, seal, readers, clock };
    const planner = new Planner(plannerParts);
    const limitSettings = options.limits ?? loadLimitSettings(options.dataFolder);
    const documents = new TrustedDocuments(await trustOperations(options.dataFolder, planner, plannerParts), limitSettings, log);
    const meter = new Meter(limitSettings, clock);
    const register = new AccessRegister(database, clock, log);
    opened.add(() => register.close());
    await register.open();
    const evidenceKeys = new EvidenceKeys(keys);
    const accessLog = await AccessLog.open(database, {
      mode: options.evidence ?? 'database',
      keys: evidenceKeys,
      dataFolder: path.resolve(options.dataFolder),
      clock,
      log,
    });
    opened.add(() => accessLog.close());
    const keyRing = await openKeyRing(database, options.dataFolder);
    const logKeeper = new LogKeeper(database, clock, log, options.feedMonths);
    opened.add(() => logKeeper.close());
    await logKeeper.open();
    const lists = new ListRegister(database, keyRing, clock);
    const creditRecords = new RecordRegister(database, keyRing, clock);
    const expiry = new ExpiryClock([lists, creditRecords], clock, log);
    opened.add(() => expiry.close());
    const listener = new FeedListener(database, () => logKeeper.checkEpoch());
    const sequencer = new Sequencer(database, listener, log);
    opened.add(() => sequencer.close());
    await sequencer.open();
    opened.add(() => listener.close());
    await listener.open();
    const services = new Services()
      .set(personalSeals, { keyRing, ids })
      .set(competenceSettings, loadCompetenceSettings(options.dataFolder))
      .set(accessExplainer, new AccessExplainer(planner, plannerParts, changes))
      .set(viewerQuotas, quotasFrom(limitSettings))
      .set(accessLogParts, { ids, seal })
      .set(searchParts, { ids, seal, policy })
      .set(publications, new Publications(database, plannerParts.tables, clock))
      .set(listRegister, lists)
      .set(recordRegister, creditRecords)
      .set(jointMeasureRegister, new JointMeasureRegister(database, clock))
      .set(caseRegister, new CaseRegister(database, clock))
      .set(permitPush, (agency, input) => pushPermit(database, keyRing, clock, agency, input));
    const day = new BoundaryDay(clock, policy.version, (date) => new BoundaryPolicy(boundaries, date).version);
    const cursors = new FeedCursors(seal, policy.version);
    const receipts = openReceipts(database, { services, policy, seal, cursors, clock, log });
    opened.add(() => receipts.close());
    const changeReader = new ChangeReader({ readers, sequencer, clock });
    services
      .set(pullParts, { reader: changeReader, sequencer, cursors, receipts })
      .set(reconciler, new Reconciler({ plannerParts, reader: changeReader, sequencer, cursors }));
    const exporting: RunParts = {
      planner, plannerParts, services, changeReader, cursors, keyRing, tokens, day, boundaryVersion: policy.version,
      store: new ExportStore(database.pool('concordat_writer')),
      bounds: options.exportBounds ?? exportBounds,
    };
    const exportJobs = exportWorker(exporting, log);
    opened.add(() => exportJobs.close());
    services.set(exportSeal, seal).set(exportDesk, new ExportDesk(exporting, clock, () => exportJobs.wake()));
    const webhooks = await openWebhooks(database, {
      services, seal, meter, planner, plannerParts, changes, reader: changeReader, accessLog, cursors, listener, clock, log, keyRing, receipts, tokens, day,
      boundaryVersion: policy.version,
      network: options.network ?? new SystemNetwork(),
    });
    opened.add(() => webhooks.close());
    const lanes = await Lanes.open(schema, planner, readers, services, meter);
    opened.add(() => lanes.close());
    const streams = new Streams({
      reader: changeReader, accessLog, receipts, cursors, listener, clock,
      heartbeatMs: options.heartbeatMs ?? heartbeatMs,
      ...(options.streamPatienceMs === undefined ? {} : { patienceMs: options.streamPatienceMs }),
    });
    const quota = new StreamQuota(limitSettings);
    const subscribing = { planner, plannerParts, meter, changes, accessLog, clock, streams };
    const stream = sseTransport({ ...subscribing, quota });
    const readiness = new Readiness({ database, accessLog, listener, tokens, day, log });
    const page = new Page(tokens.localIssuer, clock);
    const exports = new ExportDownload({ ...exporting, accessLog, evidenceKeys, clock });
    const openStreams = new OpenStreams(tokens, day, () => listener.wake());
    opened.add(() => openStreams.stop());
    const webSockets = new WebSockets({ ...subscribing, documents, tokens, day, openStreams, quota });
    const front = new HttpFront({
      page, lanes, documents, tokens, accessLog, boundaryVersion: policy.version, day, stream, openStreams, webSockets, exports, readiness, clock, log,
    });
    opened.add(() => front.close(options.drainMs ?? defaultDrainMs));
    opened.add(() => readiness.stop());
    const url = await front.listen(options.host ?? '127.0.0.1', options.port, options.orAnyFreePort ?? false);
    for (const background of [register, logKeeper, exportJobs, webhooks, expiry]) background.start();
    return new Hub(url, tokens, accessLog, () => opened.close());
  }
}
