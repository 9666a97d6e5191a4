import { z } from 'zod';

/** A GraphQL request as it comes over HTTP: the document, which of its operations, and raw variables. */
export const graphqlRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export type GraphQLRequest = z.infer<typeof graphqlRequest>;
