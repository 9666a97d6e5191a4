import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { Partner } from './partner.js';
import { PartnerNetwork } from './receiver.js';

/** A hub with one webhook of the district, and what it sends. `hidden` decides about rows and cells nobody there may see. */
async function messages(hidden: boolean): Promise<readonly unknown[]> {
  const network = new PartnerNetwork();
  const running = await RunningHub.start({ network });
  const partner = await Partner.join(running, network, 'HEPING_HRSS', '10.99.0.1');
  try {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '持有人');
    await partner.active();
    const elsewhere = async (count: number): Promise<void> => {
      for (let i = 0; hidden && i < count; i += 1) await addPermits(pool, [{ documentNo: `隐${count}-${i}`, holderId, district: '120102' }]);
    };
    await elsewhere(30);
    await addPermits(pool, ['文1', '文2', '文3'].map((documentNo) => ({ documentNo, holderId, ...(hidden ? { content: '内部意见' } : {}) })));
    await elsewhere(7);
    await pool.query(`UPDATE hub.permit SET certificate_no = 'C-1' WHERE document_no = '文2'`);
    if (hidden) await pool.query(`UPDATE hub.permit SET content = content || '改' WHERE district = '120101'`);
    await pool.query(`DELETE FROM hub.permit WHERE document_no = '文1'`);
    await elsewhere(11);
    await pool.query(`UPDATE hub.permit SET district = '120102', location = '120102' WHERE document_no = '文3'`);
    await waitFor('six messages', () => partner.receiver.changes.length >= 6);
    return partner.receiver.received.map(({ type, number, data, text, headers, id, cursor, challenge }) => ({
      type, number, change: data && { ...data.permitChanged, cursor: data.permitChanged.cursor.length }, bytes: Buffer.byteLength(text),
      sizes: [id.length, cursor?.length, challenge?.length, headers['webhook-signature']], headers: Object.keys(headers).sort(),
    })).map(({ sizes, ...rest }) => ({ ...rest, sizes: sizes.map((size) => (typeof size === 'string' ? size.length : size)) }));
  } finally {
    await running.close();
    await partner.receiver.stop();
  }
}

test('L-06 webhooks: rows and cells one may not see change neither the number, nor the text, nor the length of any message', async () => {
  const [without, withHidden] = [await messages(false), await messages(true)];
  expect(without).toHaveLength(7);
  expect(withHidden).toEqual(without);
}, 120_000);
