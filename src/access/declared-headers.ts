import type { IncomingMessage } from 'node:http';

/** Printable ASCII, short: purposes and case numbers go into the evidence as they are. */
const declared = /^[\x21-\x7e]{1,64}$/;

/** Purpose and case number a caller declares with a request, for the evidence; null where absent or not printable. */
export function declaredPurpose(request: IncomingMessage): { readonly purpose: string | null; readonly caseNo: string | null } {
  const read = (name: string): string | null => {
    const value = request.headers[name];
    return typeof value === 'string' && declared.test(value) ? value : null;
  };
  return { purpose: read('x-concordat-purpose'), caseNo: read('x-concordat-case') };
}
