import type { FrameForm } from './stream-frame.js';

/**
 * `next` messages of the graphql-transport-ws protocol as WebSocket frames (RFC 6455). A message holds the id its client
 * chose, so no two subscribers get the same message; but a message may come in fragments. Everything shared is one fragment,
 * made once; the id is a second one, made when the subscription opens. A subscriber then costs two writes of ready bytes
 * in one system call, and no serialising.
 */

const firstFragmentOfText = 0x01;
const lastFragment = 0x80;

/** A frame from the server, unmasked. */
function fragment(lead: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = lead;
  if (head.length === 2) head[1] = length;
  else if (head.length === 4) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** The shared fragment of a `next` message. */
export const nextFragment: FrameForm = (body) => fragment(firstFragmentOfText, Buffer.from(`{"type":"next","payload":${body}`));

/** The fragment that ends the messages of one subscription. */
export function idFragment(id: string): Buffer {
  return fragment(lastFragment, Buffer.from(`,"id":${JSON.stringify(id)}}`));
}
