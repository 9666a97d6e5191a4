import { GraphQLError } from 'graphql';
import { StreamEnded } from './stream-ended.js';

/** What the feed refuses of a cursor, as the error of an ordinary answer; anything else is thrown on as it is. */
export function asRefusal(error: unknown): unknown {
  return error instanceof StreamEnded ? new GraphQLError(error.message, { extensions: { code: error.code, nextStep: error.nextStep } }) : error;
}
