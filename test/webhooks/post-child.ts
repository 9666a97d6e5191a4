import { connect } from 'node:net';
import { post } from '../../src/webhooks/post.js';

/** Posts to a host of a made-up name that stands on a port of this machine, and prints the outcome. Arguments: host, port. */
const [host = '', port = ''] = process.argv.slice(2);
const network = {
  ownRanges: [],
  addressesOf: () => Promise.reject(new Error('no name is asked')),
  connect: () => connect({ host: '127.0.0.1', port: Number(port) }),
};
const target = { url: new URL(`https://${host}/in`), address: '10.8.0.9', port: 443 };
process.stdout.write(JSON.stringify(await post(target, {}, '{"a":"值"}', network, new AbortController().signal)));
