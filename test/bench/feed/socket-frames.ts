/** Reads the frames a WebSocket server sends (RFC 6455), as bytes: what a client library would add is not to be measured. */
export class SocketFrames {
  readonly #take: (message: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];

  /** `take` gets every whole text message. */
  constructor(take: (message: Buffer) => void) {
    this.#take = take;
  }

  read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let frame = frameAt(bytes); frame; frame = frameAt(bytes)) {
      bytes = bytes.subarray(frame.end);
      if (frame.opcode > 2) continue; // pings, pongs and closes are no messages
      this.#fragments.push(frame.payload);
      if (!frame.isLast) continue;
      this.#take(this.#fragments.length === 1 ? frame.payload : Buffer.concat(this.#fragments));
      this.#fragments = [];
    }
    this.#rest = bytes;
  }
}

interface Frame {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
  readonly end: number;
}

function frameAt(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const [lead = 0, short = 0] = bytes;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = head + length;
  return bytes.length < end ? null : { isLast: lead >= 128, opcode: lead & 15, payload: bytes.subarray(head, end), end };
}

/** A text message of a client: masked, with a mask of zeros. */
export function clientMessage(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 65_535) throw new Error('the bench sends short messages');
  const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
