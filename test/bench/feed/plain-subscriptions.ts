import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import pg from 'pg';
import { WebSocketServer } from 'ws';

/*
 * The plain way: graphql-ws, and for every subscriber an execution of its own that reads the change from the database. No
 * boundary and no evidence either.
 */
const schema = buildSchema(`
  type Query { ready: Boolean }
  type Agency { code: String nameZh: String }
  type Subject { name: String uscc: String }
  type Permit { documentNo: String item: String status: String decidedOn: String validTo: String holder: Subject decidedBy: Agency }
  type PermitChange { kind: String number: Int cursor: String documentNo: String permit: Permit }
  type Subscription { permitChanged: PermitChange }
`);

const pool = new pg.Pool({ connectionString: env['DATABASE_URL'], max: 4 });
const waiting = new Set<(documentNo: string) => void>();

async function* changes(): AsyncGenerator<object> {
  yield { permitChanged: { kind: 'OPENED', number: 0 } };
  const queue: string[] = [];
  let wake = (): void => undefined;
  const hear = (documentNo: string): void => {
    queue.push(documentNo);
    wake();
  };
  waiting.add(hear);
  try {
    for (let number = 1; ; number += 1) {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const documentNo = queue.shift();
      if (documentNo === undefined) continue;
      const { rows } = await pool.query<Record<string, string>>({
        name: 'change',
        text: `SELECT p.document_no, p.item, p.status, p.decided_on::text, p.valid_to::text, s.name, s.uscc, a.code, a.name_zh
               FROM hub.permit p JOIN hub.subject s ON s.id = p.holder_id JOIN hub.agency a ON a.code = p.decided_by WHERE p.document_no = $1`,
        values: [documentNo],
      });
      const row = rows[0] ?? {};
      const permit = {
        documentNo, item: row['item'], status: row['status'], decidedOn: row['decided_on'], validTo: row['valid_to'],
        holder: { name: row['name'], uscc: row['uscc'] }, decidedBy: { code: row['code'], nameZh: row['name_zh'] },
      };
      yield { permitChanged: { kind: 'CHANGED', number, cursor: String(number), documentNo, permit } };
    }
  } finally {
    waiting.delete(hear);
  }
}

const http = createServer();
useServer({ schema, roots: { subscription: { permitChanged: () => changes() } } }, new WebSocketServer({ server: http, path: '/graphql' }));
const client = new pg.Client({ connectionString: env['DATABASE_URL'] });
await client.connect();
await client.query('LISTEN bench_plain');
client.on('notification', ({ payload }) => {
  for (const hear of [...waiting]) hear(payload ?? '');
});
http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo;
  console.log(`ready http://127.0.0.1:${port}/graphql`);
});
